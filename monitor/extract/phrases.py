"""What page furniture says: the words alone; how they are used stands in `boilerplate.py`.

All in lower case, without final punctuation. Collected from feeds and pages of news sites in the languages named.
"""

from __future__ import annotations


def _phrases(block: str) -> frozenset[str]:
    """Phrases between `|` and line ends."""
    return frozenset(phrase.strip() for line in block.splitlines() for phrase in line.split("|")) - {""}


FURNITURE = _phrases(
    """
    connect with us|hi, what are you looking for|what are you looking for|follow us|find us on|join us
    join the conversation|share|share this|share this article|share this story|share this post
    share on facebook|share on twitter|share on x|share on linkedin|share on whatsapp|share via email
    tweet|facebook|twitter|linkedin|whatsapp|telegram|reddit|pinterest|instagram|youtube|email|e-mail
    email this|print|print this article|copy link|link copied|copy url|save|save this story|bookmark
    comment|comments|leave a comment|view comments|show comments|hide comments|no comments
    post a comment|reply|add as preferred source on google|add us on google|google news|advertisement
    advertisements|advertising|ad|ads|sponsored|sponsored content|paid content|paid post|promoted
    promoted content|continue reading below|story continues below|story continues below advertisement
    article continues below|article continues below advertisement|article continues after ad
    scroll to continue|scroll to continue with content|continue reading|read more|read the full story
    read full story|read full article|read the full article|full story|see more|show more|load more
    learn more|view more|more|less|next|previous|next article|previous article|next post|previous post
    back to top|top|go back|home|homepage|menu|main menu|search|search for|close|open menu|navigation
    skip to content|skip to main content|skip navigation|jump to content|loading|please wait|sign in
    sign up|log in|login|log out|register|my account|subscribe|subscribe now|subscribe today|newsletter
    newsletters|donate|donate now|support us|become a member|get the app|download the app|accept
    accept all|accept cookies|reject all|manage cookies|cookie settings|cookie policy|privacy policy
    privacy|terms of use|terms of service|terms and conditions|terms|about us|contact us|contact
    advertise with us|careers|all rights reserved|listen|listen to this article|listen to article
    play audio|play video|watch live|watch now|video|videos|photos|gallery|image|images|caption
    hide caption|toggle caption|enlarge this image|getty images|ap photo|reuters|file photo
    courtesy photo|stock image|opens in new window|opens in a new tab|was this article helpful
    was this helpful|thank you|thanks for reading|thanks for signing up|report a typo
    submit a correction|give us your feedback|topics|tags|categories|category|filed under
    in this article|key points|written by|published by|posted by|news desk|staff report|staff reporter
    web desk|breaking|breaking news|developing story|us news|u.s. news|uk news|world news|local news
    national news|top news|latest news|news|politics|world|national|international|business|opinion
    sports|sport|entertainment|lifestyle|technology|health|science|culture|travel|weather|anzeige
    werbung|teilen|drucken|kommentare|mehr|startseite|weiterlesen|jetzt abonnieren|merken|nach oben
    publicité|partager|imprimer|commentaires|accueil|s'abonner|lire la suite|publicidad|compartir
    imprimir|comentarios|leer más|pubblicità|condividi|реклама|поделиться|комментарии|поширити|коментарі
    читать далее|читати далі|підписатися|подписаться
    """
)
"""A line that says only this is furniture."""

LIST_HEADINGS = _phrases(
    """
    most popular|most read|most viewed|most shared|most commented|most watched|popular|popular now
    popular posts|popular stories|popular articles|you may also like|you might also like
    you may also be interested in|you might be interested in|you may like|related|related articles
    related stories|related posts|related news|related topics|related content|related coverage
    related reading|related links|recommended|recommended for you|recommended reading
    recommended stories|recommended articles|more from us|more stories|more news|more headlines
    more articles|more coverage|more on this story|more on this topic|more to read|more like this
    read next|up next|what to read next|also read|read also|see also|don't miss|must read|must reads
    trending|trending now|trending stories|trending news|trending topics|latest|latest stories
    latest headlines|latest articles|latest posts|top stories|top headlines|editor's picks
    editors' picks|editor's choice|featured|featured stories|from our partners|from around the web
    around the web|sponsored links|promoted stories|in case you missed it|in other news|other stories
    other news|further reading|keep reading|read more on this|read more about this
    what others are reading|popular on this site|explore more|mehr zum thema|lesen sie auch
    das könnte sie auch interessieren|auch interessant|meistgelesen|weitere artikel|lire aussi
    à lire aussi|sur le même sujet|les plus lus|lea también|le puede interesar|lo más leído
    noticias relacionadas|leggi anche|i più letti|читайте также|читайте також|популярное|популярне
    также по теме|новини за темою
    """
)
"""A line that says only this, or begins so with a colon, heads a list of other stories' headlines."""

INLINE_HEADINGS = (
    "trending|trending now|related|related story|related article|read more|read also|also read|read next"
    "|see related|more|must read|must see|don't miss|don’t miss|watch|watch also|popular|most popular"
    "|recommended|you may also like|lesen sie auch|mehr zum thema|lire aussi|à lire aussi|lea también"
    "|leggi anche|читайте также|читайте також"
)
"""With a colon and a headline, in brackets or on a line of its own."""

_ORIGIN = (
    r"this (?:article|story|piece) (?:was |is |has been |had been )?(?:originally |first "
    r"|previously )?(?:published|appeared|ran|posted|re-?published|syndicated|reprinted|written by)\b"
    r"|this (?:post|report|content|interview) (?:was )?originally (?:published|appeared|posted)\b|(?:originally"
    r"|first) published (?:at|by|on|in) [^,.]{1,60}\.?$|publications approved for syndication\b"
    r"|.{0,120}\bpermission to (?:republish|reprint|syndicate) this (?:article|story|content|piece)"
    r"|(?:re-?published|reprinted|reproduced) (?:here )?with (?:the )?(?:kind )?permission\b"
    r"|to learn more about (?:our )?(?:syndication|advertising|licensing|subscription)"
    r"|the post .{1,300} (?:appeared first on|first appeared on)\b|this material may not be (?:published"
    r"|broadcast|rewritten|redistributed)"
)
_SUBSCRIPTION = (
    r"(?:please )?(?:sign up|signup|register|subscribe) (?:(?:now|here|today|below|free|for free) )*(?:to|for"
    r"|and) (?:our|the|my|receive|get|read|continue|unlock|have|daily|weekly|breaking|your|free|unlimited"
    r"|[^.!?]{1,60} (?:newsletter|podcast|updates|alerts|e-?mails?|channel|briefing))\b[^.]{0,160}(?:newsletter"
    r"|inbox|updates?|alerts?|e-?mails?|stor(?:y|ies)|articles?|briefing|channel|podcast|access|reading|content"
    r"|digest|headlines|news)\b|(?:get|receive) (?:the |our |all )?[^.!?]{1,100}(?:in|to|into"
    r"|delivered to) your (?:inbox|e-?mail|phone|mailbox)\b|by (?:signing up|subscribing|clicking|registering"
    r"|submitting|continuing|entering)[^.]{0,60}\byou\b.{0,40}\b(?:agree|accept|consent|acknowledge)|(?:already"
    r"|not yet) (?:a )?(?:subscriber|member|registered)\?|you have (?:\w+ )?(?:free )?(?:articles?"
    r"|stories) (?:left|remaining)|(?:support|help support) (?:our|independent|quality"
    r"|local) (?:\w+ )?journalism\b"
)
_LAW = (
    r"(?:this|our) (?:web)?site uses cookies\b|we (?:and our partners )?use cookies\b"
    r"|(?:please )?enable (?:javascript|cookies)\b|(?:javascript|cookies) (?:is|are|must be"
    r"|needs to be) (?:disabled|enabled|required)\b|(?:©|\(c\)|copyright(?: ©| \(c\))?) ?(?:\d{4}|by\b)"
    r"|.{0,60}\ball rights reserved\b|your (?:e-?mail )?address will not be published|as an amazon associate"
    r"|we may (?:earn|receive) (?:a )?commission|(?:the )?(?:views|opinions) expressed (?:in this|here"
    r"|by the)\b.{0,120}\b(?:author|their own|do not)"
)
_INVITATION = (
    r"(?:click|tap) (?:here|the link|on the link|below|the button) (?:to|for)\b|(?:follow|like|join|find) (?:us"
    r"|him|her|me|our \w+) (?:@\w+ )?on (?:facebook|twitter|x|instagram|telegram|youtube|linkedin|whatsapp"
    r"|google news|threads|bluesky)\b|(?:download|get) (?:our|the) (?:free )?(?:\w+ )?app\b|(?:have"
    r"|got) a (?:news )?tip\?|(?:send|e-?mail) (?:us )?(?:your )?(?:tips|corrections|feedback) to\b"
    r"|this (?:video|content|feature) (?:is not available|cannot be played|requires)|(?:image|photo|picture"
    r"|photograph|video|illustration) ?(?:credit|source|caption|by)?s?: |(?:photo|image|picture|photograph"
    r"|illustration) by (?-i:[A-Z])"
)
NOTICES = "|".join((_ORIGIN, _SUBSCRIPTION, _LAW, _INVITATION))
"""A sentence that begins so, in any case, is the site's notice."""
