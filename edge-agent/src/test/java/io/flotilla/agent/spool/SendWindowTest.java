package io.flotilla.agent.spool;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SendWindowTest {
  @Test
  void sendsNothingWithoutAConnection() {
    assertThat(new SendWindow(0).toSend(10)).isEmpty();
  }

  @Test
  void boundsWhatIsOnItsWay() {
    SendWindow window = new SendWindow(4);
    window.connected(0);
    int sent = 0;
    while (window.toSend(1_000).isPresent()) {
      assertThat(window.toSend(1_000)).hasValue(5 + sent);
      window.sent(10, 0);
      sent++;
    }
    assertThat(sent).isEqualTo(SendWindow.MOST_MESSAGES);
    window.released(7, 1);
    assertThat(window.inFlight()).isEqualTo(SendWindow.MOST_MESSAGES - 3);
    assertThat(window.toSend(1_000)).hasValue(5 + sent);
  }

  @Test
  void boundsTheBytesOnTheirWay() {
    SendWindow window = new SendWindow(0);
    window.connected(0);
    window.sent(SendWindow.MOST_BYTES, 0);
    assertThat(window.toSend(1_000)).isEmpty();
    window.released(1, 1);
    assertThat(window.toSend(1_000)).hasValue(2);
  }

  @Test
  void goesBackWithEverLongerPatience() {
    SendWindow window = new SendWindow(0);
    window.connected(0);
    window.sent(10, 0);
    window.sent(10, 0);
    assertThat(window.tick(SendWindow.FIRST_PATIENCE_MS - 1)).isFalse();
    assertThat(window.tick(SendWindow.FIRST_PATIENCE_MS)).isTrue();
    assertThat(window.toSend(2)).hasValue(1);
    window.sent(10, 2_000);
    assertThat(window.tick(2_000 + SendWindow.FIRST_PATIENCE_MS)).isFalse();
    assertThat(window.tick(2_000 + 2 * SendWindow.FIRST_PATIENCE_MS)).isTrue();
  }

  @Test
  void sendsAgainAfterAReconnectionWhatWasOnItsWay() {
    SendWindow window = new SendWindow(0);
    window.connected(0);
    window.sent(10, 0);
    window.sent(10, 0);
    window.released(1, 0);
    window.disconnected();
    assertThat(window.toSend(5)).isEmpty();
    window.connected(10);
    assertThat(window.toSend(5)).hasValue(2);
  }

  @Test
  void believesAnAcknowledgementOfMoreThanItSentInThisLife() {
    SendWindow window = new SendWindow(0);
    window.connected(0);
    window.released(3, 0);
    assertThat(window.toSend(5)).hasValue(4);
  }
}
