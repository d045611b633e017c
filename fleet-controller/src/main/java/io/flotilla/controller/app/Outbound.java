package io.flotilla.controller.app;

import io.flotilla.bundle.Digest;
import io.flotilla.controller.link.DeviceLink;
import io.flotilla.controller.link.OutboundMessage;
import io.flotilla.protocol.codec.MessageCodec;
import io.flotilla.protocol.message.Ack;
import io.flotilla.protocol.message.RenewalAnswer;
import io.flotilla.protocol.topic.Topics;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the features say to devices. While there is no connection it is dropped: assignments go out
 * again when there is one, commands when their device says hello, and devices repeat what was not
 * acknowledged and ask again for what they miss. Never blocks.
 */
final class Outbound {
  private static final Logger LOG = LoggerFactory.getLogger(Outbound.class);

  private final Topics topics;
  private volatile @Nullable DeviceLink link;

  Outbound(Topics topics) {
    this.topics = topics;
  }

  void use(DeviceLink newLink) {
    link = newLink;
  }

  void assignment(String device, byte[] envelope) {
    say(new OutboundMessage(topics.assignment(device), envelope, true));
  }

  void command(String device, byte[] envelope) {
    say(new OutboundMessage(topics.command(device), envelope, false));
  }

  void certificate(String device, RenewalAnswer answer) {
    say(new OutboundMessage(topics.certificate(device), MessageCodec.encode(answer), false));
  }

  void acknowledge(String device, Ack ack) {
    say(new OutboundMessage(topics.ack(device), MessageCodec.encode(ack), false));
  }

  CompletionStage<Void> bundlePart(Digest bundle, byte[] part) {
    return publish(new OutboundMessage(topics.bundle(bundle), part, false));
  }

  private void say(OutboundMessage message) {
    var _ =
        publish(message)
            .whenComplete(
                (sent, failure) -> {
                  if (failure != null) {
                    LOG.debug("{} was not reached: {}", message.topic(), failure.getMessage());
                  }
                });
  }

  private CompletionStage<Void> publish(OutboundMessage message) {
    DeviceLink present = link;
    return present == null ? CompletableFuture.completedFuture(null) : present.publish(message);
  }
}
