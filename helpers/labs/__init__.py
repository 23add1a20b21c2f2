"""The widgets to play with, a module each; all stand on `helpers.labs.base`."""
