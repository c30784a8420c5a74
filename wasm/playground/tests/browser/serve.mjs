/** A browser and a page for the tests, and the receiver that serves it. */
