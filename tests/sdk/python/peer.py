"""The PyPI SDK as a peer: reads events that it is sent, and sends events that it is told to.

POST /receive   a CloudEvent; answers 200 and what the SDK read, or 400
POST /send      {url, mode, event}; builds the event with the SDK and sends it; answers 200 and the status it got, or 422
                where the SDK does not build or send it
"""

import http.client
import http.server
import json
import os
import sys
import threading
import urllib.parse
from datetime import datetime

from cloudevents.core.bindings.http import HTTPMessage, from_http_event, to_binary_event, to_structured_event
from cloudevents.core.v1.event import CloudEvent


def receive(headers, body):
    event = from_http_event(HTTPMessage(headers={name: value for name, value in headers.items()}, body=body))
    attributes = {}
    for name, value in event.get_attributes().items():
        if value is not None:
            attributes[name] = value.isoformat() if isinstance(value, datetime) else str(value)
    data = event.get_data()
    return {"attributes": attributes, "data": data.decode("utf-8") if isinstance(data, bytes) else data}


def send(order):
    attributes = dict(order["event"]["attributes"])
    if "time" in attributes:
        attributes["time"] = datetime.fromisoformat(attributes["time"].replace("Z", "+00:00"))
    event = CloudEvent(attributes=attributes, data=order["event"]["data"])
    message = to_binary_event(event) if order["mode"] == "binary" else to_structured_event(event)
    url = urllib.parse.urlsplit(order["url"])
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=10)
    connection.request("POST", url.path, body=message.body, headers=message.headers)
    return {"status": connection.getresponse().status}


class Peer(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        sends = self.path == "/send"
        try:
            status, answer = 200, send(json.loads(body)) if sends else receive(self.headers, body)
            text = json.dumps(answer)
        except Exception as error:  # whatever the SDK raises is its refusal
            status, text = 422 if sends else 400, json.dumps({"error": f"{type(error).__name__}: {error}"})
        content = text.encode("utf-8")
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Peer)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(json.dumps({"listening": server.server_address[1]}), flush=True)
# Ends with whoever started it.
sys.stdin.read()
os._exit(0)
