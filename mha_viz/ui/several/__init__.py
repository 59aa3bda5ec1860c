"""A class of more students than one server carries: several servers, behind one address."""
