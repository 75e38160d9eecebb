"""Studies: a recipe run hundreds of times on mills that differ as real ones may.

Declared uncertainties (`vary`) are drawn (`sample`), each draw runs a whole batch with the shipped
scan (`run`), results are kept so that a killed study goes on (`store`, `campaign`), and what they
say together is worked out (`summary`) and drawn (`report`).
"""
