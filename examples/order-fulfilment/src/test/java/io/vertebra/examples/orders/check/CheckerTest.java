package io.vertebra.examples.orders.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckerTest {
  @TempDir
  Path folder;

  @BeforeEach
  void write_the_books_of_two_orders() throws IOException {
    file(
        "orders.csv",
        "order,customer,outcome,reason",
        "A,7,completed,",
        "B,7,declined,\"10, and 5\"");
    file("lines.csv", "order,product,quantity,price", "A,pot,2,3.25", "A,pot,1,1.00", "B,cup,1,99");
    file("stock.csv", "product,opening,left,reserved,shipped", "pot,5,2,0,3", "cup,1,1,0,0");
    file("customers.csv", "customer,credit_limit,charged", "7,20,7.50", "8,0,0");
    file(
        "effects.csv",
        "order,step,kind,pieces,amount,node,time",
        "A,reserve,action,3,0,n,t",
        "A,charge,action,0,7.50,n,t",
        "A,dispatch,action,3,0,n,t",
        "A,take,action,3,0,n,t",
        "B,reserve,action,1,0,n,t",
        "B,reserve,compensation,1,0,n,t");
  }

  private void file(String name, String... rows) throws IOException {
    Files.write(folder.resolve(name), List.of(rows));
  }

  private void replace(String name, String before, String after) throws IOException {
    String text = Files.readString(folder.resolve(name));
    assertThat(text).contains(before);
    Files.writeString(folder.resolve(name), text.replace(before, after));
  }

  @Test
  void computes_the_result() throws IOException {
    Checker checker = Checker.check(folder);
    assertThat(checker.problems()).isEmpty();
    assertThat(checker.result())
        .isEqualTo("RESULT order-fulfilment completed=1 out_of_stock=0 declined=1 rejected=0"
            + " needs_operator=0 revenue=8 units_shipped=3 books_balance=true");
  }

  @Test
  void finds_stock_that_went_nowhere() throws IOException {
    replace("stock.csv", "pot,5,2,0,3", "pot,5,1,0,3");
    assertThat(Checker.check(folder).problems())
        .containsExactly("pot: opening is not left + shipped");
    assertThat(Checker.check(folder).result()).endsWith("books_balance=false");
  }

  @Test
  void finds_a_reservation_that_was_left() throws IOException {
    replace("stock.csv", "cup,1,1,0,0", "cup,1,1,1,0");
    assertThat(Checker.check(folder).problems()).containsExactly("cup: pieces are still reserved");
  }

  @Test
  void finds_a_wrong_charge() throws IOException {
    replace("customers.csv", "7,20,7.50", "7,7,7.51");
    assertThat(Checker.check(folder).problems())
        .containsExactly(
            "customer 7: charged 7.51, owes 7.50", "customer 7: charged above the credit limit");
  }

  @Test
  void finds_an_order_without_an_end() throws IOException {
    replace("orders.csv", "B,7,declined,\"10, and 5\"", "B,7,,");
    assertThat(Checker.check(folder).problems()).containsExactly("order B has no end");
    assertThat(Checker.check(folder).verdict()).endsWith("lost=1 duplicated=0 books_balance=true");
  }

  @Test
  void finds_an_effect_that_is_there_twice() throws IOException {
    replace("effects.csv", "A,take,action,3,0,n,t", "A,take,action,3,0,n,t\nA,take,action,3,0,m,t");
    assertThat(Checker.check(folder).problems())
        .containsExactly("order A: effect applied twice: take");
    assertThat(Checker.check(folder).verdict()).endsWith("lost=0 duplicated=1 books_balance=true");
  }

  @Test
  void finds_an_effect_that_is_missing_or_not_undone() throws IOException {
    replace("effects.csv", "A,charge,action,0,7.50,n,t\n", "");
    replace("effects.csv", "B,reserve,compensation,1,0,n,t\n", "");
    assertThat(Checker.check(folder).problems())
        .containsExactlyInAnyOrder(
            "order A is completed, but its effects are [dispatch, reserve, take]",
            "order B is declined, but its effects are [reserve]");
  }

  @Test
  void finds_a_compensation_of_nothing() throws IOException {
    replace("effects.csv", "B,reserve,action,1,0,n,t\n", "");
    assertThat(Checker.check(folder).problems())
        .contains("order B: undone, but never done: undo reserve");
    assertThat(Checker.check(folder).verdict()).contains("lost=0 duplicated=1 ");
  }

  @Test
  void finds_a_wrong_amount() throws IOException {
    replace("effects.csv", "A,charge,action,0,7.50,n,t", "A,charge,action,0,7.51,n,t");
    assertThat(Checker.check(folder).problems())
        .containsExactly("order A: charge moved 7.51 instead of 7.50");
  }
}
