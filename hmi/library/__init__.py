"""The recipe library for people: save, submit, try, approve, reject, retire, compare, take away."""
