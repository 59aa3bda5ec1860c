"""The Streamlit code: frame, controls, cache, mount, and one module a page that needs more than its 60 lines."""
