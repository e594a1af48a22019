"""gunicorn's settings for both web apps.

Sync workers kept the steadiest times under load; the console runs with threads all the same, for the pages
that follow the queue (`programs.console`). There is no access log: a path may hold a secret.
"""

worker_class = "sync"
accesslog = None
errorlog = "-"
loglevel = "warning"
timeout = 30
graceful_timeout = 5
max_requests = 20000
max_requests_jitter = 2000
control_socket_disable = True
logger_class = "mbiu.launch.weblog.Log"
