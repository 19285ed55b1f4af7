from nghiquyet_demo.cli import main

main()
