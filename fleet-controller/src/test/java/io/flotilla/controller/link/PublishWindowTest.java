package io.flotilla.controller.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.protocol.message.Limits;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class PublishWindowTest {
  private final List<OutboundMessage> sent = new ArrayList<>();
  private final List<CompletableFuture<Void>> answers = new ArrayList<>();
  private final PublishWindow window = new PublishWindow(this::send);

  private CompletionStage<Void> send(OutboundMessage message) {
    CompletableFuture<Void> answer = new CompletableFuture<>();
    sent.add(message);
    answers.add(answer);
    return answer;
  }

  private static OutboundMessage message(int number, int bytes) {
    return new OutboundMessage("topic/" + number, new byte[bytes], false);
  }

  private static ErrorCode failure(CompletionStage<Void> outcome) {
    Throwable failure = outcome.toCompletableFuture().exceptionNow();
    return ((FlotillaException) failure).code();
  }

  @Test
  void sendsInOrderAndNoMoreThanTheBrokerCanHaveInHand() {
    for (int i = 0; i < PublishWindow.MAX_IN_FLIGHT + 10; i++) {
      window.publish(message(i, 1));
    }
    assertThat(sent).hasSize(PublishWindow.MAX_IN_FLIGHT);

    answers.get(5).complete(null);
    answers.get(0).completeExceptionally(LinkFailures.notConnected());
    assertThat(sent).hasSize(PublishWindow.MAX_IN_FLIGHT + 2);
    for (int i = 0; i < sent.size(); i++) {
      answers.get(i).complete(null);
    }

    assertThat(sent).hasSize(PublishWindow.MAX_IN_FLIGHT + 10);
    for (int i = 0; i < sent.size(); i++) {
      assertThat(sent.get(i).topic()).isEqualTo("topic/" + i);
    }
  }

  @Test
  void everyPublicationHearsItsOwnOutcome() {
    CompletionStage<Void> good = window.publish(message(1, 1));
    CompletionStage<Void> bad = window.publish(message(2, 1));
    answers.get(1).completeExceptionally(LinkFailures.notConnected());

    assertThat(good.toCompletableFuture()).isNotDone();
    assertThat(failure(bad)).isEqualTo(ErrorCode.BROKER_UNREACHABLE);
    answers.get(0).complete(null);
    assertThat(good.toCompletableFuture()).isCompleted();
  }

  @Test
  void whatWaitsIsLimited() {
    for (int i = 0; i < PublishWindow.MAX_IN_FLIGHT; i++) {
      window.publish(message(i, 1));
    }
    long fit = PublishWindow.MAX_WAITING_BYTES / Limits.MAX_PAYLOAD_BYTES;
    for (int i = 0; i < fit; i++) {
      assertThat(window.publish(message(i, Limits.MAX_PAYLOAD_BYTES)).toCompletableFuture())
          .isNotDone();
    }

    assertThat(failure(window.publish(message(0, 1)))).isEqualTo(ErrorCode.BROKER_UNREACHABLE);
    answers.get(0).complete(null);
    assertThat(window.publish(message(0, 1)).toCompletableFuture()).isNotDone();
  }

  @Test
  void aLostConnectionFailsWhatWaitsAndWhatComes() {
    List<CompletionStage<Void>> outcomes = new ArrayList<>();
    for (int i = 0; i <= PublishWindow.MAX_IN_FLIGHT; i++) {
      outcomes.add(window.publish(message(i, 1)));
    }
    window.lose(LinkFailures.notConnected());

    assertThat(failure(outcomes.getLast())).isEqualTo(ErrorCode.BROKER_UNREACHABLE);
    assertThat(failure(window.publish(message(0, 1)))).isEqualTo(ErrorCode.BROKER_UNREACHABLE);
    assertThat(outcomes.getFirst().toCompletableFuture()).as("with the broker").isNotDone();
    answers.getFirst().complete(null);
    assertThat(sent).hasSize(PublishWindow.MAX_IN_FLIGHT);
  }

  @Test
  void aPayloadOverTheLimitIsABug() {
    assertThatThrownBy(() -> message(0, Limits.MAX_PAYLOAD_BYTES + 1))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
