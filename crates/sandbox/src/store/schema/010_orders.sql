-- How vaults are paid for, and the order that made or changed them last.

ALTER TABLE cbr_vaults ADD COLUMN charging_mode TEXT NOT NULL DEFAULT 'post_paid';  -- post_paid, pre_paid
ALTER TABLE cbr_vaults ADD COLUMN order_id TEXT;
