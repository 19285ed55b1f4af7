"""Fine-tuning, evaluation and data tools for nghiquyet."""
