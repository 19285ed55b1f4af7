from nghiquyet_training.cli import main

main()
