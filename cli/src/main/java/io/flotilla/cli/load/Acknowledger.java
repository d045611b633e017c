package io.flotilla.cli.load;

import io.flotilla.protocol.codec.MessageCodec;
import io.flotilla.protocol.message.Ack;
import io.flotilla.protocol.message.Hello;
import io.flotilla.protocol.message.SpooledEnvelope;
import io.flotilla.protocol.topic.Topics;
import io.flotilla.protocol.topic.UpKind;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;

/**
 * What stands in for a controller at a bare broker: acknowledges every message at once and stores
 * nothing. Confined to its event loop.
 */
final class Acknowledger extends MqttSession {
  private static final int MOST_IN_FLIGHT = 64;

  private final Topics topics;
  private final ArrayDeque<Answer> waiting = new ArrayDeque<>();
  private int inFlight;

  private record Answer(String topic, Ack ack) {}

  Acknowledger(String id, EventLoop loop, Net net, Topics topics) {
    super(id, loop, net);
    this.topics = topics;
  }

  @Override
  @org.jspecify.annotations.Nullable
  Will will() {
    return null;
  }

  @Override
  String filter() {
    return topics.upOfAll();
  }

  @Override
  void onReady() {
    inFlight = 0;
  }

  @Override
  void onTaken() {
    inFlight--;
    pump();
  }

  @Override
  void onMessage(String topic, byte[] payload) {
    topics
        .parseUp(topic)
        .ifPresent(
            up -> {
              if (up.kind().spooled()) {
                SpooledEnvelope said = MessageCodec.decode(payload, SpooledEnvelope.class);
                answer(up.deviceId(), new Ack(1, said.spoolId(), said.sequence()));
              } else if (up.kind() == UpKind.HELLO) {
                Hello hello = MessageCodec.decode(payload, Hello.class);
                long through = hello.past().map(Hello.Past::released).orElse(0L);
                answer(up.deviceId(), new Ack(1, hello.spoolId(), through));
              }
            });
  }

  private void answer(String device, Ack ack) {
    waiting.add(new Answer(topics.ack(device), ack));
    pump();
  }

  private void pump() {
    while (inFlight < MOST_IN_FLIGHT && !waiting.isEmpty()) {
      Answer next = waiting.remove();
      inFlight++;
      publish(next.topic(), MessageCodec.encode(next.ack()), false);
    }
  }
}
