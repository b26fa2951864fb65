"""WHO ASKS: people by OpenID Connect, machines by token, what each may do, and who was refused."""
