/* SPDX-License-Identifier: MIT */
#include "base/pkt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static void pool_never_grows(void **state)
{
	struct pkt_pool *pool;
	struct pkt *a, *b;

	(void)state;
	assert_int_equal(pkt_pool_create(2, &pool), 0);
	a = pkt_get(pool);
	b = pkt_get(pool);
	assert_non_null(a);
	assert_non_null(b);
	assert_ptr_not_equal(a, b);
	assert_null(pkt_get(pool));
	assert_int_equal(pkt_pool_free(pool), 0);
	pkt_put(a);
	assert_int_equal(pkt_pool_free(pool), 1);
	assert_ptr_equal(pkt_get(pool), a);
	pkt_put(a);
	pkt_put(b);
	pkt_put(NULL);
	pkt_pool_destroy(pool);
	pkt_pool_destroy(NULL);
}

static void last_reference_gives_back(void **state)
{
	struct pkt_pool *pool;
	struct pkt *pkt;

	(void)state;
	assert_int_equal(pkt_pool_create(1, &pool), 0);
	pkt = pkt_get(pool);
	assert_ptr_equal(pkt_ref(pkt), pkt);
	pkt_put(pkt);
	assert_int_equal(pkt_pool_free(pool), 0);
	pkt_put(pkt);
	assert_int_equal(pkt_pool_free(pool), 1);
	pkt_pool_destroy(pool);
}

static void comes_back_clean(void **state)
{
	struct pkt_pool *pool;
	struct pkt *pkt;

	(void)state;
	assert_int_equal(pkt_pool_create(1, &pool), 0);
	pkt = pkt_get(pool);
	pkt->len = 100;
	pkt->arrival_us = 7;
	pkt->rtp.keyframe = true;
	pkt->rtp.layer = 2;
	pkt_put(pkt);
	pkt = pkt_get(pool);
	assert_int_equal(pkt->len, 0);
	assert_int_equal(pkt->arrival_us, 0);
	assert_false(pkt->rtp.keyframe);
	assert_int_equal(pkt->rtp.layer, 0);
	pkt_put(pkt);
	pkt_pool_destroy(pool);
}

struct returns {
	struct pkt_lender lender;
	struct pkt *last;
	unsigned count;
};

static void on_give_back(struct pkt_lender *lender, struct pkt *lent)
{
	struct returns *returns = (struct returns *)lender;

	returns->last = lent;
	returns->count++;
}

static void a_view_shows_the_bytes_of_another_and_gives_them_back(void **state)
{
	struct returns returns = {.lender.give_back = on_give_back};
	struct pkt_pool *pool, *views;
	struct pkt *pkt, *view;

	(void)state;
	assert_int_equal(pkt_pool_create(1, &pool), 0);
	assert_int_equal(pkt_views_create(1, &returns.lender, &views), 0);
	pkt = pkt_get(pool);
	pkt->len = 100;
	pkt->arrival_us = 7;
	pkt->rtp.seq = 42;
	view = pkt_view(views, pkt);
	assert_non_null(view);
	assert_ptr_equal(view->data, pkt->data);
	assert_int_equal(view->len, 100);
	assert_int_equal(view->arrival_us, 7);
	assert_int_equal(view->rtp.seq, 42);
	assert_null(pkt_view(views, pkt)); /* all are held */
	pkt_ref(view);
	assert_int_equal(pkt->refs, 1); /* the counts are apart */
	pkt_put(view);
	assert_int_equal(returns.count, 0);
	pkt_put(view);
	assert_int_equal(returns.count, 1);
	assert_ptr_equal(returns.last, pkt);
	assert_int_equal(pkt_pool_free(views), 1);
	pkt_put(pkt);
	pkt_pool_destroy(views);
	pkt_pool_destroy(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pool_never_grows),
		cmocka_unit_test(last_reference_gives_back),
		cmocka_unit_test(comes_back_clean),
		cmocka_unit_test(a_view_shows_the_bytes_of_another_and_gives_them_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
