"""The simulated world keeps to the data sheets and to what is asked of it."""
