"""What a plan is: tables, columns, units, and the checks that keep them right."""
