enum Server {}
