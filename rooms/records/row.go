package records

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"vesper/rooms"
)

// ms is a time as a column keeps it: milliseconds of UTC, 0 for none.
func ms(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// at is the time of a column.
func at(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// encode is a value as a JSON column keeps it. It is for plain data only,
// which always encodes.
func encode(v any) (string, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("encode: %w", err)
	}
	return string(data), nil
}

func decode[T any](column string) (v T, err error) {
	if err := json.Unmarshal([]byte(column), &v); err != nil {
		return v, fmt.Errorf("decode: %w", err)
	}
	return v, nil
}

// covered is a value that a seal covers. ErrTampered: it does not read any more.
func covered[T any](column string) (T, error) {
	v, err := decode[T](column)
	if err != nil {
		err = fmt.Errorf("%w: %w", ErrTampered, err)
	}
	return v, err
}

// one finds the first row of R, or rooms.ErrNotFound.
func one[R any](ctx context.Context, db bun.IDB, order, where string, args ...any) (R, error) {
	var row R
	query := db.NewSelect().Model(&row).Where(where, args...).Limit(1)
	if order != "" {
		query = query.OrderExpr(order)
	}
	err := query.Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return row, rooms.ErrNotFound
	}
	return row, err
}

// many finds all rows of R, in order.
func many[R any](ctx context.Context, db bun.IDB, order, where string, args ...any) ([]R, error) {
	var rows []R
	err := db.NewSelect().Model(&rows).Where(where, args...).OrderExpr(order).Scan(ctx)
	return rows, err
}

// insert adds a row. What it refers to and is not there, or is another
// clinic's, is rooms.ErrNotFound; a second row is ErrExists.
func insert(ctx context.Context, tx bun.Tx, row any) error {
	_, err := tx.NewInsert().Model(row).Exec(ctx)
	switch {
	case dangling(err):
		return rooms.ErrNotFound
	case unique(err):
		return fmt.Errorf("%w (%w)", ErrExists, err)
	}
	return err
}

// changed turns "no row was there to change" into rooms.ErrNotFound.
func changed(result sql.Result, err error) error {
	if err != nil {
		return err
	}
	n, err := result.RowsAffected()
	if err == nil && n == 0 {
		return rooms.ErrNotFound
	}
	return err
}

// convert maps rows to nouns.
func convert[R, N any](rows []R, noun func(R) (N, error)) ([]N, error) {
	nouns := make([]N, 0, len(rows))
	for _, row := range rows {
		n, err := noun(row)
		if err != nil {
			return nil, err
		}
		nouns = append(nouns, n)
	}
	return nouns, nil
}
