"""The one door: who may do what, where. The only importer of guardian."""
