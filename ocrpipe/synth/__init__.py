"""Rendered training data: fonts, phrases, words, scenes. Everything random comes in as a
np.random.Generator.
"""
