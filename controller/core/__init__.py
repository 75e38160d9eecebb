"""Pure decisions: functions of their arguments on frozen data, no clock, no I/O."""
