"""What the use cases need from the world, as protocols; ``shared/destinations`` implements them.

A method that fails raises an error of ``shared/domain/errors.py`` and nothing else.
"""
