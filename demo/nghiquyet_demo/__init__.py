"""The Gradio demo of nghiquyet."""
