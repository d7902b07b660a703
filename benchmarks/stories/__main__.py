from benchmarks.stories.run import main

main()
