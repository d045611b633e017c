package io.flotilla.registry.dataset.table;

/** What the values of a column are. */
public enum ColumnType {
  /** Whole numbers of 64 bits. */
  INTEGER,
  /** Numbers, some of them not whole or beyond 64 bits. */
  NUMBER,
  /** True or false. */
  BOOLEAN,
  /** Text; also a column without any value whose format does not tell. */
  TEXT,
  /** Dates and times. */
  TIMESTAMP,
  /** Values of several of the other kinds; whole and other numbers together are NUMBER. */
  MIXED;

  /** Whether its values are numbers. */
  public boolean isNumeric() {
    return this == INTEGER || this == NUMBER;
  }
}
