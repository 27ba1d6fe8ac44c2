"""Many photos: in one process or in several, from the start or from where an earlier run stopped.

Whatever is wrong with a photo becomes its record, and the next is read. Nothing is imported here, for worker
processes come in through this door before they have set how many threads libraries may start.
"""
