from serve import serve
from twisted.protocols.basic import NetstringReceiver


class Echo(NetstringReceiver):
    def stringReceived(self, string):
        self.sendString(string)


serve(Echo)
