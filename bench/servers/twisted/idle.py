import echo  # the same server; serve.py collects garbage on a signal
