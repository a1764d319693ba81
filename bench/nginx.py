"""nginx, one process: with a constant for an answer, and with a count that Lua keeps in shared memory."""

import contextlib
import os
import pathlib
import re
import shutil

from bench.load import get
from bench.machine import BenchFailed
from bench.servers import Server, free_port, library_path

WRITTEN_BY_NGINX = {"date", "server", "content-type", "content-length", "connection"}


class Nginx(Server):
    """It answers every request with a copy of the given answer."""

    modules, shared = "", ""  # of its configuration

    def __init__(self, name, binary, answer, directory, access_log=None, environment=None):
        home = pathlib.Path(directory, name.replace(" ", "-"))
        home.mkdir()
        self._port = free_port()
        self._access = home / "access.log" if access_log else None
        configuration = home / "nginx.conf"
        configuration.write_text(self.modules + _configuration(
            answer, self._port, home, self._access or "off", self.shared, self._content(answer.body.decode())))
        super().__init__(name, [binary, "-p", str(home), "-e", "stderr", "-c", str(configuration)], home / "error.log",
                         environment)

    def forget_log(self):
        if self._access:
            os.truncate(self._access, 0)

    def _content(self, body):
        return f"return 200 {_quoted(body)};"

    def _listening(self):
        address = ("127.0.0.1", self._port)
        with contextlib.suppress(ConnectionRefusedError):
            return address if get(address, self.target).status == 200 else None
        return None


class NginxLua(Nginx):
    """The given answer with a number of its own, from a dictionary in nginx's memory: nothing is written to a disk.

    `rivals` is where Debian's packages of the module and its libraries are unpacked."""

    def __init__(self, name, binary, rivals, answer, directory):
        folder = rivals / "usr/lib/nginx/modules"
        if not (folder / "ngx_http_lua_module.so").exists():
            raise BenchFailed("its package could not be had")
        self.modules = "".join(f"load_module {folder}/{module}.so;\n" for module in ("ndk_http_module", "ngx_http_lua_module"))
        self.shared = f'  lua_package_path "{rivals}/usr/share/lua/5.1/?.lua;;";\n  lua_shared_dict visits 1m;'
        super().__init__(name, binary, answer, directory, environment=library_path(rivals))

    def _content(self, body):
        before, after = re.split(r'(?<="count": )\d+', body, maxsplit=1)
        return f"""content_by_lua_block {{
        local body = [[{before}]] .. ngx.shared.visits:incr("main_counter", 1, 0) .. [[{after}]]
        ngx.header["Content-Length"] = #body
        ngx.print(body)
      }}"""


def find_nginx(unpacked):
    """nginx from PATH, or unpacked by scripts/unpack-package.sh."""
    candidate = unpacked / "usr/sbin/nginx"
    found = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin") or (candidate.exists() and str(candidate))
    if not found:
        command = f"scripts/unpack-package.sh nginx usr/sbin/nginx {os.path.relpath(unpacked)}"
        raise BenchFailed(f"nginx is missing: {command}")
    return found


def _configuration(answer, port, home, access_log, shared, content):
    headers = "\n".join(f"      add_header {_quoted(name)} {_quoted(value)};"
                        for name, value in answer.headers if name.lower() not in WRITTEN_BY_NGINX)
    content_type = next(value for name, value in answer.headers if name.lower() == "content-type")
    temporary = "\n".join(f"  {module}_temp_path {home}/{module};"
                          for module in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    return f"""\
daemon off;
master_process off;
worker_processes 1;
pid {home}/nginx.pid;
events {{ worker_connections 4096; }}
http {{
{temporary}
{shared}
  access_log {access_log};
  server_tokens off;
  keepalive_requests 1000000000;
  keepalive_timeout 1h;
  server {{
    listen 127.0.0.1:{port};
    location / {{
      default_type {_quoted(content_type)};
{headers}
      {content}
    }}
  }}
}}
"""


def _quoted(text):
    if "$" in text:
        raise BenchFailed(f"nginx would take the dollar in {text!r} for a variable")
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
