"""What is seen of the code exercises, one module for every notebook that has some."""
