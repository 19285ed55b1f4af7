"""The extractor over HTTP: `app.create_app` makes it, `server` runs it; only this package knows FastAPI and uvicorn."""
