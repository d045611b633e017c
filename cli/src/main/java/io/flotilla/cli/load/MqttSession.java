package io.flotilla.cli.load;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.mqtt.MqttConnAckMessage;
import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.netty.handler.codec.mqtt.MqttEncoder;
import io.netty.handler.codec.mqtt.MqttFixedHeader;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageBuilders;
import io.netty.handler.codec.mqtt.MqttMessageIdVariableHeader;
import io.netty.handler.codec.mqtt.MqttMessageType;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttPubReplyMessageVariableHeader;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttPublishVariableHeader;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.netty.handler.codec.mqtt.MqttVersion;
import io.netty.handler.ssl.SslHandler;
import java.net.URI;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client's MQTT 5 connections, one after the other. Connects again with full jitter up to a bound
 * that doubles from 0.5 to 30 s, as the agent does. Confined to its event loop.
 */
abstract class MqttSession {
  private static final Logger LOG = LoggerFactory.getLogger(MqttSession.class);
  private static final int MAX_MESSAGE_BYTES = 1 << 19;
  private static final int KEEP_ALIVE_SECONDS = 20;
  private static final long PING_AFTER_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final int CONNECT_MILLIS = 5_000;
  private static final long CONNACK_MILLIS = 15_000;
  private static final long FIRST_BOUND_MILLIS = 500;
  private static final long LONGEST_BOUND_MILLIS = 30_000;
  private static final int MAX_PACKET_ID = 65_535;
  private static final int FIRST_ERROR = 0x80;
  private static final int SUBSCRIPTION = 1;

  private final String clientId;
  private final EventLoop loop;
  private final Net net;
  private @Nullable Channel channel;
  private boolean ready;
  private boolean wanted;
  private long boundMillis = FIRST_BOUND_MILLIS;
  private int packetId = SUBSCRIPTION;
  private long wroteNanos;

  /**
   * What clients share.
   *
   * @param broker {@code mqtts://host:port}
   * @param tls their certificates
   * @param tally what happens to them
   */
  record Net(URI broker, LoadTls tls, LoadTally tally) {}

  /** The last will of a client. */
  @SuppressWarnings("ArrayRecordComponent") // a carrier of bytes: never compared or hashed
  record Will(String topic, byte[] payload) {}

  MqttSession(String clientId, EventLoop loop, Net net) {
    this.clientId = clientId;
    this.loop = loop;
    this.net = net;
  }

  final String clientId() {
    return clientId;
  }

  final EventLoop loop() {
    return loop;
  }

  final LoadTally tally() {
    return net.tally();
  }

  /** Whether messages flow. */
  final boolean ready() {
    return ready;
  }

  /** What is left behind when the connection breaks. */
  abstract @Nullable Will will();

  /** What it listens to. */
  abstract String filter();

  /** Messages flow from now on. */
  abstract void onReady();

  /** A message came. */
  abstract void onMessage(String topic, byte[] payload);

  /** The broker took a message. */
  void onTaken() {}

  /** The connection is gone. */
  void onLost() {}

  /** Connects, and again until {@link #stop}. */
  final void start() {
    wanted = true;
    connect();
  }

  /** Goes without a goodbye. */
  final void stop() {
    wanted = false;
    Channel open = channel;
    if (open != null) {
      var _ = open.close();
    }
  }

  private void connect() {
    if (!wanted || channel != null) {
      return;
    }
    Bootstrap bootstrap =
        new Bootstrap()
            .group(loop)
            .channel(NioSocketChannel.class)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
            .option(ChannelOption.TCP_NODELAY, true)
            .handler(new Pipeline());
    net.tally().attempts.increment();
    Channel opening = bootstrap.connect(net.broker().getHost(), net.broker().getPort()).channel();
    channel = opening;
    var _ = opening.closeFuture().addListener(closed -> lost());
    var _ =
        loop.schedule(
            () -> {
              if (opening.equals(channel) && !ready) {
                var _ = opening.close();
              }
            },
            CONNACK_MILLIS,
            TimeUnit.MILLISECONDS);
  }

  private void lost() {
    channel = null;
    boolean was = ready;
    ready = false;
    if (was) {
      net.tally().connected.decrement();
      onLost();
    }
    if (wanted) {
      long pause = ThreadLocalRandom.current().nextLong(boundMillis + 1);
      boundMillis = Math.min(LONGEST_BOUND_MILLIS, 2 * boundMillis);
      var _ = loop.schedule(this::connect, pause, TimeUnit.MILLISECONDS);
    }
  }

  /** Keeps a quiet connection alive; to be called every few seconds. */
  final void keepAlive(long nowNanos) {
    if (ready && nowNanos - wroteNanos > PING_AFTER_NANOS) {
      write(new MqttMessage(header(MqttMessageType.PINGREQ, MqttQoS.AT_MOST_ONCE, false)));
    }
  }

  final void publish(String topic, byte[] payload, boolean retain) {
    packetId = packetId == MAX_PACKET_ID ? SUBSCRIPTION + 1 : packetId + 1;
    write(
        new MqttPublishMessage(
            header(MqttMessageType.PUBLISH, MqttQoS.AT_LEAST_ONCE, retain),
            new MqttPublishVariableHeader(topic, packetId, MqttProperties.NO_PROPERTIES),
            Unpooled.wrappedBuffer(payload)));
  }

  private void write(MqttMessage message) {
    Channel open = channel;
    if (open != null) {
      wroteNanos = System.nanoTime();
      var _ = open.writeAndFlush(message, open.voidPromise());
    }
  }

  private static MqttFixedHeader header(MqttMessageType type, MqttQoS qos, boolean retain) {
    return new MqttFixedHeader(type, false, qos, retain, 0);
  }

  private void hello() {
    MqttMessageBuilders.ConnectBuilder connect =
        MqttMessageBuilders.connect()
            .protocolVersion(MqttVersion.MQTT_5)
            .clientId(clientId)
            .cleanSession(true)
            .keepAlive(KEEP_ALIVE_SECONDS);
    Will will = will();
    if (will != null) {
      connect
          .willFlag(true)
          .willQoS(MqttQoS.AT_LEAST_ONCE)
          .willRetain(true)
          .willTopic(will.topic())
          .willMessage(will.payload());
    }
    write(connect.build());
  }

  private void take(MqttMessage message) {
    if (message.decoderResult().isFailure()) {
      LOG.warn("{}: not MQTT", clientId, message.decoderResult().cause());
      return;
    }
    switch (message.fixedHeader().messageType()) {
      case CONNACK -> accepted((MqttConnAckMessage) message);
      case SUBACK -> {
        ready = true;
        boundMillis = FIRST_BOUND_MILLIS;
        net.tally().connected.increment();
        onReady();
      }
      case PUBLISH -> published((MqttPublishMessage) message);
      case PUBACK -> {
        if (message.variableHeader() instanceof MqttPubReplyMessageVariableHeader reply
            && Byte.toUnsignedInt(reply.reasonCode()) >= FIRST_ERROR) {
          net.tally().refused.increment();
        }
        onTaken();
      }
      default -> LOG.trace("{}: {}", clientId, message);
    }
  }

  private void accepted(MqttConnAckMessage answer) {
    if (answer.variableHeader().connectReturnCode() == MqttConnectReturnCode.CONNECTION_ACCEPTED) {
      write(
          MqttMessageBuilders.subscribe()
              .messageId(SUBSCRIPTION)
              .addSubscription(MqttQoS.AT_LEAST_ONCE, filter())
              .build());
    } else {
      net.tally().refused.increment();
    }
  }

  private void published(MqttPublishMessage message) {
    if (message.fixedHeader().qosLevel() == MqttQoS.AT_LEAST_ONCE) {
      write(
          new MqttMessage(
              header(MqttMessageType.PUBACK, MqttQoS.AT_MOST_ONCE, false),
              MqttMessageIdVariableHeader.from(message.variableHeader().packetId())));
    }
    onMessage(message.variableHeader().topicName(), ByteBufUtil.getBytes(message.payload()));
  }

  private final class Pipeline extends ChannelInitializer<SocketChannel> {
    @Override
    protected void initChannel(SocketChannel opening) {
      SslHandler tls = new SslHandler(net.tls().engine(clientId));
      tls.setHandshakeTimeoutMillis(CONNACK_MILLIS);
      opening
          .pipeline()
          .addLast(tls, new MqttDecoder(MAX_MESSAGE_BYTES), MqttEncoder.INSTANCE, new Inbound());
    }
  }

  private final class Inbound extends SimpleChannelInboundHandler<MqttMessage> {
    @Override
    public void channelActive(ChannelHandlerContext context) {
      hello();
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, MqttMessage message) {
      take(message);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      LOG.debug("{}: {}", clientId, String.valueOf(cause.getMessage()));
      var _ = context.close();
    }
  }
}
