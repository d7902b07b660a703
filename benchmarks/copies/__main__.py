from benchmarks.copies.run import main

main()
