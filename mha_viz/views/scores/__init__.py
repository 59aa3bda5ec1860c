"""Head scores as pictures and tables, with what they were measured on."""
