//! Nothing: the examples stand for themselves, one file each, so that each can be copied as it is.
