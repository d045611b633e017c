package io.flotilla.controller.operator;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.failure.Printable;
import io.flotilla.controller.access.Grant;
import io.flotilla.controller.core.Table;
import io.flotilla.controller.core.Transaction;
import io.flotilla.controller.device.Selector;
import io.flotilla.registry.codec.RecordCodec;
import io.flotilla.registry.store.RecordStore;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * All operators and their tokens. Decisions change them through their transaction; who presents a
 * token is told from memory, on any thread.
 */
public final class Operators {
  /** Most operators. */
  public static final int MAX_OPERATORS = 1000;

  /** Most tokens of one operator that count. */
  public static final int MAX_TOKENS = 20;

  /** Longest life of a token. */
  public static final Duration MAX_TOKEN_LIFE = Duration.ofDays(366);

  private static final int MAX_DESCRIPTION = 200;
  private static final Table<OperatorAccount> ACCOUNTS =
      Table.of("operator-account", OperatorAccount.class);
  private static final Table<ApiToken> TOKENS = Table.of("operator-token", ApiToken.class);

  private final SecureRandom random;
  private final Map<String, OperatorAccount> accounts = new ConcurrentHashMap<>();
  private final Map<String, ApiToken> tokens = new ConcurrentHashMap<>();

  /** The operators of a store; to be made before any decision. */
  public Operators(RecordStore store, SecureRandom random) {
    this.random = random;
    read(store, ACCOUNTS).forEach(account -> accounts.put(account.name(), account));
    read(store, TOKENS).forEach(token -> tokens.put(token.id(), token));
  }

  private static <T extends Record> List<T> read(RecordStore store, Table<T> table) {
    List<T> all = new ArrayList<>();
    String after = "";
    List<RecordStore.Entry> page;
    do {
      page = store.scan(table.key(""), after, RecordStore.MAX_SCAN);
      for (RecordStore.Entry entry : page) {
        all.add(RecordCodec.decode(entry.value(), table.type(), entry.key()));
        after = entry.key();
      }
    } while (page.size() == RecordStore.MAX_SCAN);
    return all;
  }

  /**
   * Creates an operator, or gives one other grants.
   *
   * @throws FlotillaException {@code INPUT_INVALID}, {@code SELECTOR_INVALID}; {@code CONFLICT} if
   *     there are {@value #MAX_OPERATORS} already
   */
  public OperatorAccount put(
      Transaction tx, String name, List<Grant> grants, String by, long nowMs) {
    grants.forEach(grant -> Selector.parse(grant.devices()).requireLabelsOnly());
    OperatorAccount account =
        tx.get(ACCOUNTS, name)
            .map(known -> known.granting(grants))
            .orElseGet(() -> new OperatorAccount(name, grants, nowMs, by));
    if (tx.get(ACCOUNTS, name).isEmpty()
        && tx.scan(ACCOUNTS, "", "", MAX_OPERATORS).size() == MAX_OPERATORS) {
      throw new FlotillaException(
          ErrorCode.CONFLICT, "there are %d operators: delete some".formatted(MAX_OPERATORS));
    }
    tx.put(ACCOUNTS, name, account);
    tx.then(() -> accounts.put(name, account));
    return account;
  }

  /**
   * Deletes an operator with all tokens.
   *
   * @throws FlotillaException {@code NOT_FOUND}
   */
  public void delete(Transaction tx, String name) {
    require(tx, name);
    tx.delete(ACCOUNTS, name);
    for (Table.Row<ApiToken> row : tokens(tx, name)) {
      tx.delete(TOKENS, row.id());
      tx.then(() -> tokens.remove(row.value().id()));
    }
    tx.then(() -> accounts.remove(name));
  }

  /**
   * A token that was just made.
   *
   * @param text the token itself, which is nowhere else
   * @param token what is stored of it
   */
  public record Issued(String text, ApiToken token) {}

  /**
   * Makes a token.
   *
   * @param life how long it counts: up to {@link #MAX_TOKEN_LIFE}
   * @throws FlotillaException {@code NOT_FOUND}; {@code INPUT_INVALID}; {@code CONFLICT} if the
   *     operator has {@value #MAX_TOKENS} tokens that count
   */
  public Issued issue(Transaction tx, String name, String description, Duration life, long nowMs) {
    require(tx, name);
    if (!life.isPositive() || life.compareTo(MAX_TOKEN_LIFE) > 0) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID, "a token lives 1 to %d days".formatted(MAX_TOKEN_LIFE.toDays()));
    }
    if (description.length() > MAX_DESCRIPTION || !Printable.of(description).equals(description)) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID,
          "a token's description is one line of up to %d characters".formatted(MAX_DESCRIPTION));
    }
    List<Table.Row<ApiToken>> present = tokens(tx, name);
    for (Table.Row<ApiToken> row : present) {
      if (!counts(row.value(), nowMs)) {
        tx.delete(TOKENS, row.id());
        tx.then(() -> tokens.remove(row.value().id()));
      }
    }
    if (present.stream().filter(row -> counts(row.value(), nowMs)).count() >= MAX_TOKENS) {
      throw new FlotillaException(
          ErrorCode.CONFLICT, "%s has %d tokens: revoke one first".formatted(name, MAX_TOKENS));
    }
    String text = ApiToken.generate(random);
    ApiToken token =
        new ApiToken(
            ApiToken.idOf(text).orElseThrow(),
            name,
            ApiToken.hashOf(text),
            description,
            nowMs,
            nowMs + life.toMillis(),
            0);
    tx.put(TOKENS, row(token), token);
    tx.then(() -> tokens.put(token.id(), token));
    return new Issued(text, token);
  }

  /**
   * Makes a token worth nothing, at once.
   *
   * @throws FlotillaException {@code NOT_FOUND}
   */
  public ApiToken revoke(Transaction tx, String name, String id, long nowMs) {
    ApiToken token =
        tx.get(TOKENS, name + "/" + id)
            .orElseThrow(
                () ->
                    new FlotillaException(
                        ErrorCode.NOT_FOUND,
                        "%s has no such token: see GET /operators/%s".formatted(name, name)));
    ApiToken revoked = token.revokedAtMs() == 0 ? token.revoked(nowMs) : token;
    tx.put(TOKENS, row(token), revoked);
    tx.then(() -> tokens.put(id, revoked));
    return revoked;
  }

  /** The operator as the decision sees it. */
  private static OperatorAccount require(Transaction tx, String name) {
    return tx.get(ACCOUNTS, name).orElseThrow(() -> notFound(name));
  }

  private static List<Table.Row<ApiToken>> tokens(Transaction tx, String name) {
    return tx.scan(TOKENS, name + "/", "", RecordStore.MAX_SCAN);
  }

  private static boolean counts(ApiToken token, long nowMs) {
    return token.revokedAtMs() == 0 && nowMs < token.expiresAtMs();
  }

  private static String row(ApiToken token) {
    return token.operator() + "/" + token.id();
  }

  private static FlotillaException notFound(String name) {
    return new FlotillaException(
        ErrorCode.NOT_FOUND,
        "there is no operator \"%s\": see GET /operators".formatted(Printable.of(name)));
  }

  /** Whose token this is; empty if it is unknown, expired or revoked. */
  Optional<OperatorAccount> holder(String text, long nowMs) {
    return ApiToken.idOf(text)
        .map(tokens::get)
        .filter(token -> token.accepts(text, nowMs))
        .map(token -> accounts.get(token.operator()));
  }

  /** The operators as they are stored, by name. */
  public List<OperatorAccount> list() {
    return accounts.values().stream().sorted(Comparator.comparing(OperatorAccount::name)).toList();
  }

  /**
   * The operator as it is stored.
   *
   * @throws FlotillaException {@code NOT_FOUND}
   */
  public OperatorAccount require(String name) {
    return Optional.ofNullable(accounts.get(name)).orElseThrow(() -> notFound(name));
  }

  /** The tokens of an operator, the newest first. */
  public List<ApiToken> tokens(String name) {
    return tokens.values().stream()
        .filter(token -> token.operator().equals(name))
        .sorted(Comparator.comparingLong(ApiToken::createdAtMs).reversed())
        .toList();
  }
}
