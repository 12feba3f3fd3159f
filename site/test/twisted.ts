/**
 * The public names of Twisted 26.4 that have to do with what Couplet does, by modules: what `__all__` says, or else what a module defines;
 * and the public members of its reactor, transports and protocols. Names of its own implementation are left out.
 */
export const TWISTED: Readonly<Record<string, string>> = {
  'internet.protocol':
    'Factory ClientFactory ReconnectingClientFactory connectionDone Protocol ProcessProtocol FileWrapper ServerFactory AbstractDatagramProtocol DatagramProtocol ConnectedDatagramProtocol ClientCreator',
  'internet.endpoints':
    'clientFromString serverFromString TCP4ServerEndpoint TCP6ServerEndpoint TCP4ClientEndpoint TCP6ClientEndpoint UNIXServerEndpoint UNIXClientEndpoint SSL4ServerEndpoint SSL4ClientEndpoint AdoptedStreamServerEndpoint StandardIOEndpoint ProcessEndpoint HostnameEndpoint StandardErrorBehavior connectProtocol wrapServerTLS wrapClientTLS',
  'internet.error':
    'BindError CannotListenError MulticastJoinError MessageLengthError DNSLookupError ConnectInProgressError ConnectError ConnectBindError UnknownHostError NoRouteError ConnectionRefusedError TCPTimedOutError BadFileError ServiceNameUnknownError UserError TimeoutError SSLError VerifyError PeerVerifyError CertificateError getConnectError ConnectionClosed ConnectionLost ConnectionDone ConnectionFdescWentAway AlreadyCalled AlreadyCancelled PotentialZombieWarning ProcessDone ProcessTerminated ProcessExitedAlready NotConnectingError NotListeningError ReactorNotRunning ReactorAlreadyRunning ReactorAlreadyInstalledError ConnectingCancelledError UnsupportedAddressFamily UnsupportedSocketType InvalidAddressError',
  'internet.task': 'LoopingCall Clock SchedulerStopped Cooperator coiterate deferLater react',
  'internet.defer':
    'Deferred DeferredList succeed fail AlreadyCalledError TimeoutError gatherResults maybeDeferred ensureDeferred inlineCallbacks returnValue DeferredLock DeferredSemaphore DeferredQueue DeferredFilesystemLock AlreadyTryingToLockError CancelledError',
  'internet.address': 'HostnameAddress IPv4Address IPv6Address UNIXAddress',
  'internet.stdio': 'StandardIO PipeAddress',
  'internet.threads': 'deferToThread deferToThreadPool callMultipleInThread blockingCallFromThread',
  'internet.utils':
    'runWithWarningsSuppressed suppressWarnings getProcessOutput getProcessValue getProcessOutputAndValue',
  'internet.testing':
    'AccumulatingProtocol LineSendingProtocol FakeDatagramTransport StringTransport StringTransportWithDisconnection StringIOWithoutClosing MemoryReactor MemoryReactorClock RaisingMemoryReactor NonStreamingProducer waitUntilAllDisconnected EventLoggingObserver',
  'internet.interfaces':
    'IAcceptableCiphers IAddress ICipher IConnector IConsumer IDelayedCall IFileDescriptor IFileDescriptorReceiver IHalfCloseableDescriptor IHalfCloseableProtocol IHandshakeListener IHostResolution IHostnameResolver IListeningPort ILoggingContext IMulticastTransport INegotiated IOpenSSLClientConnectionCreator IOpenSSLContextFactory IOpenSSLServerConnectionCreator IProcessProtocol IProcessTransport IProducer IProtocol IProtocolFactory IProtocolNegotiationFactory IPullProducer IPushProducer IReactorCore IReactorDaemonize IReactorFDSet IReactorFromThreads IReactorInThreads IReactorMulticast IReactorPluggableNameResolver IReactorPluggableResolver IReactorProcess IReactorSSL IReactorSocket IReactorTCP IReactorThreads IReactorTime IReactorUDP IReactorUNIX IReactorUNIXDatagram IReactorWin32Events IReadDescriptor IReadWriteDescriptor IResolutionReceiver IResolver IResolverSimple ISSLTransport IServiceCollection IStreamClientEndpoint IStreamClientEndpointStringParserWithReactor IStreamServerEndpoint IStreamServerEndpointStringParser ISystemHandle ITCPTransport ITLSTransport ITransport IUDPTransport IUNIXDatagramConnectedTransport IUNIXDatagramTransport IUNIXTransport IWriteDescriptor',
  'protocols.basic':
    'FileSender IncompleteNetstring Int16StringReceiver Int32StringReceiver Int8StringReceiver IntNStringReceiver LineOnlyReceiver LineReceiver NetstringParseError NetstringReceiver StatefulStringProtocol StringTooLongError',
  'protocols.policies':
    'LimitConnectionsByPeer LimitTotalConnectionsFactory ProtocolWrapper SpewingFactory SpewingProtocol ThrottlingFactory ThrottlingProtocol TimeoutFactory TimeoutMixin TimeoutProtocol TrafficLoggingFactory TrafficLoggingProtocol WrappingFactory',
  'protocols.haproxy': 'proxyEndpoint',
  'protocols.stateful': 'StatefulProtocol',
  'protocols.wire': 'Echo Discard Chargen QOTD Who Daytime Time',
  'protocols.portforward': 'Proxy ProxyClient ProxyClientFactory ProxyFactory ProxyServer',
  'protocols.socks': 'SOCKSv4 SOCKSv4Factory SOCKSv4Incoming SOCKSv4IncomingFactory SOCKSv4Outgoing',
  'application.internet':
    'TimerService CooperatorService StreamServerEndpointService ClientService backoffPolicy TCPServer TCPClient UNIXServer UNIXClient SSLServer SSLClient UDPServer MulticastServer UNIXDatagramServer UNIXDatagramClient',
  'application.service':
    'IServiceMaker IService Service IServiceCollection MultiService IProcess Process Application loadApplication',
  'test.iosim':
    'ConnectionCompleter FakeAddress FakeTransport IOPump TLSNegotiation connect connectableEndpoint connectedServerAndClient makeFakeClient makeFakeServer',
  'internet.ssl':
    'ContextFactory DefaultOpenSSLContextFactory ClientContextFactory DistinguishedName DN Certificate CertificateRequest PrivateCertificate KeyPair AcceptableCiphers CertificateOptions DiffieHellmanParameters platformTrust OpenSSLDefaultPaths TLSVersion VerificationError optionsForClientTLS ProtocolNegotiationSupport protocolNegotiationMechanisms trustRootFromCertificates',
  reactor:
    'addReader addSystemEventTrigger addWriter adoptDatagramPort adoptStreamConnection adoptStreamPort afterDaemonize beforeDaemonize callFromThread callInThread callLater callWhenRunning connectSSL connectTCP connectUNIX connectUNIXDatagram crash fireSystemEvent getDelayedCalls getReaders getThreadPool getWriters installNameResolver installResolver iterate listenMulticast listenSSL listenTCP listenUDP listenUNIX listenUNIXDatagram nameResolver removeAll removeReader removeSystemEventTrigger removeWriter resolve run running seconds spawnProcess stop suggestThreadPoolSize',
  transport:
    'abortConnection getHost getPeer getPeerCertificate getTcpKeepAlive getTcpNoDelay loseConnection loseWriteConnection negotiatedProtocol pauseProducing registerProducer resumeProducing sendFileDescriptor setTcpKeepAlive setTcpNoDelay startTLS stopProducing unregisterProducer write writeSequence',
  Protocol: 'connected connectionLost connectionMade dataReceived factory logPrefix makeConnection transport',
  Factory: 'buildProtocol doStart doStop forProtocol logPrefix noisy numPorts protocol startFactory stopFactory',
  ClientFactory: 'clientConnectionFailed clientConnectionLost startedConnecting',
  ReconnectingClientFactory:
    'clock connector continueTrying delay factor initialDelay jitter maxDelay maxRetries resetDelay retries retry stopTrying',
  ProcessProtocol:
    'childConnectionLost childDataReceived connected connectionMade errConnectionLost errReceived inConnectionLost makeConnection outConnectionLost outReceived processEnded processExited transport',
  LineReceiver:
    'MAX_LENGTH clearLineBuffer delimiter lineLengthExceeded lineReceived line_mode pauseProducing paused rawDataReceived resumeProducing sendLine setLineMode setRawMode stopProducing',
  Int32StringReceiver:
    'MAX_LENGTH lengthLimitExceeded pauseProducing paused prefixLength recvd resumeProducing sendString stopProducing stringReceived structFormat',
  TimeoutMixin: 'callLater resetTimeout setTimeout timeOut timeoutConnection',
  StringTransport:
    'abortConnection clear disconnected disconnecting getHost getPeer hostAddr loseConnection pauseProducing peerAddr producer producerState registerProducer resumeProducing stopProducing streaming unregisterProducer value write writeSequence',
  ClientService:
    'startService stopService whenConnected running name setName parent setServiceParent disownServiceParent privilegedStartService',
  IProcessTransport:
    'closeChildFD closeStderr closeStdin closeStdout getHost getPeer loseConnection pid signalProcess write writeSequence writeToChild',
  IConnector: 'connect disconnect getDestination stopConnecting',
  IListeningPort: 'getHost startListening stopListening',
  IDelayedCall: 'active cancel delay getTime reset',
  IHalfCloseableProtocol: 'readConnectionLost writeConnectionLost',
  IHandshakeListener: 'handshakeCompleted',
  LoopingCall: 'call deferred interval reset running start starttime stop withCount',
  Deferred:
    'addCallback addErrback addBoth addCallbacks chainDeferred callback errback pause unpause cancel addTimeout asFuture fromFuture fromCoroutine',
};
