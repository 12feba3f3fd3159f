from serve import serve
from twisted.protocols.basic import Int32StringReceiver


class Echo(Int32StringReceiver):
    def stringReceived(self, string):
        self.sendString(string)


serve(Echo)
