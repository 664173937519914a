"""What is wrong with a touch, where, from measures of what the stages leave behind."""
