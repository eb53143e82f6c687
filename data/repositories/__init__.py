"""Every SQL statement that moves rows: frames in, frames out; the caller owns the transaction."""
