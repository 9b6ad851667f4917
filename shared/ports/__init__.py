"""What the use cases need from the world, as protocols; ``shared/adapters`` implements them.

A method that fails raises an error of ``shared/errors.py`` and nothing else.
"""
