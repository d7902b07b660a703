"""Ten days of news from an invented world, and a site that serves them as real feeds and pages."""
