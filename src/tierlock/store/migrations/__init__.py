"""How the tables of a team's database came to be: one file per revision, up and down."""
