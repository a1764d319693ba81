// Dynalite on a free port of 127.0.0.1, its tables in memory; its own command line knows no port 0. Prints the port, and
// at SIGUSR2 how many requests have come.
const server = require("dynalite")({ createTableMs: 0, deleteTableMs: 0 });
let requests = 0;
server.on("request", () => ++requests);
process.on("SIGUSR2", () => console.log(`requests: ${requests}`));
server.listen(0, "127.0.0.1", () => console.log(`port: ${server.address().port}`));
