"""The Streamlit code: the server, what stands around every page, what sessions share, and the pages."""
