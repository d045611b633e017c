package io.flotilla.controller.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.access.Grant;
import io.flotilla.controller.access.Role;
import io.flotilla.controller.core.DecisionLoop;
import io.flotilla.controller.core.GovernedRecords;
import io.flotilla.controller.core.MemoryStore;
import io.flotilla.registry.audit.AuditLog;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OperatorsTest {
  private static final List<Grant> VIEWER = List.of(Grant.everywhere(Role.VIEWER));
  private static final Duration DAY = Duration.ofDays(1);

  private final MemoryStore store = new MemoryStore();
  private final DecisionLoop core =
      new DecisionLoop(store, new AuditLog(store, Clock.systemUTC(), GovernedRecords.SCOPE));
  private final Operators operators = new Operators(store, new SecureRandom());

  @BeforeEach
  void start() {
    core.start();
    var _ = core.decide(tx -> operators.put(tx, "anna", VIEWER, "operator", 1));
  }

  @AfterEach
  void stop() {
    core.close();
  }

  private String token(Duration life, long nowMs) {
    return core.decide(tx -> operators.issue(tx, "anna", "laptop", life, nowMs)).text();
  }

  @Test
  void aTokenIsItsOperatorsUntilItExpires() {
    String token = token(DAY, 0);

    assertThat(operators.holder(token, DAY.toMillis() - 1).orElseThrow().name()).isEqualTo("anna");
    assertThat(operators.holder(token, DAY.toMillis())).isEmpty();
  }

  @Test
  void aRevokedTokenIsWorthNothingAtOnceAndAfterARestart() {
    String token = token(DAY, 0);
    var _ = core.decide(tx -> operators.revoke(tx, "anna", ApiToken.idOf(token).orElseThrow(), 5));

    assertThat(operators.holder(token, 10)).isEmpty();
    assertThat(new Operators(store, new SecureRandom()).holder(token, 10)).isEmpty();
  }

  @Test
  void aDeletedOperatorsTokensAreWorthNothing() {
    String token = token(DAY, 0);
    var _ =
        core.decide(
            tx -> {
              operators.delete(tx, "anna");
              return true;
            });

    assertThat(operators.holder(token, 10)).isEmpty();
    assertThat(new Operators(store, new SecureRandom()).list()).isEmpty();
  }

  @Test
  void theStoreHasNoSecretOfAToken() {
    String token = token(DAY, 0);
    String secret = token.substring(token.lastIndexOf('_') + 1);

    assertThat(store.scan("", "", 1000))
        .isNotEmpty()
        .noneMatch(
            entry -> new String(entry.value(), StandardCharsets.ISO_8859_1).contains(secret));
    assertThat(new Operators(store, new SecureRandom()).holder(token, 10)).isPresent();
  }

  @Test
  void aTokenWithAnotherSecretIsRefused() {
    String token = token(DAY, 0);
    char last = token.charAt(token.length() - 1);
    String forged = token.substring(0, token.length() - 1) + (last == 'A' ? 'B' : 'A');

    assertThat(operators.holder(forged, 10)).isEmpty();
  }

  @Test
  void anOperatorHasTwentyTokensThatCountAndNoMore() {
    for (int i = 0; i < Operators.MAX_TOKENS; i++) {
      token(DAY, 0);
    }

    assertThatThrownBy(() -> token(DAY, 1))
        .isInstanceOf(FlotillaException.class)
        .extracting(e -> ((FlotillaException) e).code())
        .isEqualTo(ErrorCode.CONFLICT);
    assertThat(token(DAY, DAY.toMillis() + 1)).startsWith(ApiToken.PREFIX);
    assertThat(operators.tokens("anna")).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "operator", "controller", "Anna", "a b", "../x", "a\u0000"})
  void namesThatCouldBeTakenForSomebodyElseAreRefused(String name) {
    assertThatThrownBy(() -> core.decide(tx -> operators.put(tx, name, VIEWER, "operator", 1)))
        .isInstanceOf(FlotillaException.class);
    assertThat(operators.list()).hasSize(1);
  }

  @Test
  void aGrantCoversTheModelsOfItsPatternOnly() {
    Grant grant = new Grant(Role.PUBLISHER, "vision-*-v?".replace("?", "*"), Grant.ALL);

    assertThat(grant.covers("vision-cats-v2")).isTrue();
    assertThat(grant.covers("vision-v2")).isFalse();
    assertThat(grant.covers("audio-vision-cats-v2")).isFalse();
    assertThat(Grant.everywhere(Role.VIEWER).covers("anything")).isTrue();
  }
}
