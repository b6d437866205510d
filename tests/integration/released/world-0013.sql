-- A register of two released copies, one reservation and one draft, as the program of
-- schema 0013 wrote it (development people, fictitious requester).
BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0013');
CREATE TABLE annulments (
	attestation_id VARCHAR(64) NOT NULL, 
	authority_id VARCHAR(64) NOT NULL, 
	authority_name TEXT NOT NULL, 
	code VARCHAR(16) NOT NULL, 
	shown_number TEXT NOT NULL, 
	decision_number TEXT NOT NULL, 
	decided_on VARCHAR(10) NOT NULL, 
	reason TEXT NOT NULL, 
	annulled_at VARCHAR(32) NOT NULL, 
	trail_sequence INTEGER NOT NULL, 
	CONSTRAINT pk_annulments PRIMARY KEY (attestation_id), 
	CONSTRAINT fk_annulments_authority_id FOREIGN KEY(authority_id) REFERENCES authorities (id), 
	CONSTRAINT uq_annulments_authority_id_trail_sequence UNIQUE (authority_id, trail_sequence)
);
CREATE TABLE api_keys (
	id VARCHAR(64) NOT NULL, 
	authority_id VARCHAR(64) NOT NULL, 
	label TEXT NOT NULL, 
	scopes TEXT NOT NULL, 
	secret_sha256 VARCHAR(64) NOT NULL, 
	created_at VARCHAR(32) NOT NULL, 
	expires_at VARCHAR(32) NOT NULL, 
	last_used_at VARCHAR(32), 
	revoked_at VARCHAR(32), 
	CONSTRAINT pk_api_keys PRIMARY KEY (id), 
	CONSTRAINT fk_api_keys_authority_id FOREIGN KEY(authority_id) REFERENCES authorities (id)
);
CREATE TABLE attestations (
	id VARCHAR(64) NOT NULL, 
	original_id VARCHAR(64) NOT NULL, 
	authority_id VARCHAR(64) NOT NULL, 
	step VARCHAR(16) NOT NULL, 
	code VARCHAR(16) NOT NULL, 
	statement TEXT, 
	statement_digest VARCHAR(64), 
	assertion TEXT, 
	approved_at VARCHAR(32), 
	lease_owner TEXT, 
	lease_until VARCHAR(32), 
	fence INTEGER NOT NULL, 
	waiting TEXT, 
	intent_attempt INTEGER, 
	intent_sha256 VARCHAR(64), 
	intent_size INTEGER, 
	intent_page_digest VARCHAR(64), 
	intent_attested_at VARCHAR(32), intent_statement_digest VARCHAR(64), failures INTEGER DEFAULT '0' NOT NULL, retry_at VARCHAR(32), 
	CONSTRAINT pk_attestations PRIMARY KEY (id), 
	CONSTRAINT ck_attestations_step CHECK (step IN ('compared', 'approved', 'reserved', 'intended', 'released', 'void')), 
	CONSTRAINT ck_attestations_approved_has_statement CHECK (step IN ('compared', 'void') OR (statement IS NOT NULL AND statement_digest IS NOT NULL AND assertion IS NOT NULL AND approved_at IS NOT NULL)), 
	CONSTRAINT ck_attestations_intended_has_intent CHECK (step NOT IN ('intended', 'released') OR (intent_attempt IS NOT NULL AND intent_sha256 IS NOT NULL AND intent_size IS NOT NULL AND intent_page_digest IS NOT NULL AND intent_attested_at IS NOT NULL)), 
	CONSTRAINT ck_attestations_lease_whole CHECK ((lease_owner IS NULL) = (lease_until IS NULL)), 
	CONSTRAINT fk_attestations_authority_id FOREIGN KEY(authority_id) REFERENCES authorities (id), 
	CONSTRAINT fk_attestations_original_id FOREIGN KEY(original_id) REFERENCES originals (id), 
	CONSTRAINT uq_attestations_code UNIQUE (code), 
	CONSTRAINT uq_attestations_original_id UNIQUE (original_id)
);
INSERT INTO "attestations" VALUES('03c8863cf2a492e91a5d637c2da19120','5c690042dae01ef5eca201da117dca3f','0921a62dc6648d77017107644cb395cd','released','5V9ZDJE9YQFPPCX8','{"attestation_id":"03c8863cf2a492e91a5d637c2da19120","authority_id":"0921a62dc6648d77017107644cb395cd","authority_name":"Ủy ban nhân dân xã Mường Tè","case_code":"H35.12.3-261123-0001","copies":1,"expires_at":"2026-11-23T17:34:35+00:00","fee_dong":2000,"officer_id":"4e76ed700b6e5fa4181aaadaa4959e90","officer_name":"Lò Thị Mai","original_issuer":"","original_pages":1,"original_title":"Giấy xác nhận 0","page_digest":"2043b7b5dba2a6c09d1c8ed87539ec8d87f4b368724b2fba39acbe0c0614588b","requester_name":"Lò Văn Thử","seal_certificate":"a6f2500aa939ccd79937682160049b96b4d381a92440d7864368f17b5745fde0","seal_key_id":"development-seal","signatory_certificate":"7c868a22be3659f3407089f9c8c57d10b94cdeefac8fd45e7ced0c906a8803b5","signatory_id":"92e4833fa395a5445945f949d1a54870","signatory_key_id":"development-signatory","signatory_name":"Vàng A Páo","signatory_title":["CHỦ TỊCH"],"type":"authorised-statement/1","verification_code":"5V9ZDJE9YQFPPCX8","wording":"ND280-2025/mau-01/1"}','24508ea739baea6b52afa6486f48d4f50b135145531f448d2565acdca2c15f32','{"key_id":"development-confirmation","kind":"software-p256","made_at":"2026-11-23T09:34:35.272947+00:00","signature":"3045022100f40438e17bd27f4b11fd011bd685186571e58e4dee76f6e2d91aadbd33797ef70220535c87fe338156b6ac653b095d2f8e783f986c290fd4c082442ab55e91197b75","statement_digests":["24508ea739baea6b52afa6486f48d4f50b135145531f448d2565acdca2c15f32","b27aabaca9f6a6972ae400b9279d69cb95a80f87ecfcbdc2dc54d8c1718587aa","c0fb96623f961cb8cd1a030c1edd5d7afbf38e6fbdb73d54234c6444e32c6d06"]}','2026-11-23T09:34:35.294299+00:00',NULL,NULL,2,NULL,1,'a56dec820d87a7d9b9e7256ac257bd9462ac1b6ba3dc2ce5557fe4726ab3cb36',319760,'2043b7b5dba2a6c09d1c8ed87539ec8d87f4b368724b2fba39acbe0c0614588b','2026-11-23T09:34:35.000000+00:00','24508ea739baea6b52afa6486f48d4f50b135145531f448d2565acdca2c15f32',0,NULL);
INSERT INTO "attestations" VALUES('ba124165263acbe9b0be66bea2ad08a7','19c983ca064462c35573173719bc22e8','0921a62dc6648d77017107644cb395cd','released','HH8PAE8N7N0Z11VR','{"attestation_id":"ba124165263acbe9b0be66bea2ad08a7","authority_id":"0921a62dc6648d77017107644cb395cd","authority_name":"Ủy ban nhân dân xã Mường Tè","case_code":"H35.12.3-261123-0001","copies":1,"expires_at":"2026-11-23T17:34:35+00:00","fee_dong":2000,"officer_id":"4e76ed700b6e5fa4181aaadaa4959e90","officer_name":"Lò Thị Mai","original_issuer":"","original_pages":1,"original_title":"Giấy xác nhận 1","page_digest":"2043b7b5dba2a6c09d1c8ed87539ec8d87f4b368724b2fba39acbe0c0614588b","requester_name":"Lò Văn Thử","seal_certificate":"a6f2500aa939ccd79937682160049b96b4d381a92440d7864368f17b5745fde0","seal_key_id":"development-seal","signatory_certificate":"7c868a22be3659f3407089f9c8c57d10b94cdeefac8fd45e7ced0c906a8803b5","signatory_id":"92e4833fa395a5445945f949d1a54870","signatory_key_id":"development-signatory","signatory_name":"Vàng A Páo","signatory_title":["CHỦ TỊCH"],"type":"authorised-statement/1","verification_code":"HH8PAE8N7N0Z11VR","wording":"ND280-2025/mau-01/1"}','b27aabaca9f6a6972ae400b9279d69cb95a80f87ecfcbdc2dc54d8c1718587aa','{"key_id":"development-confirmation","kind":"software-p256","made_at":"2026-11-23T09:34:35.272947+00:00","signature":"3045022100f40438e17bd27f4b11fd011bd685186571e58e4dee76f6e2d91aadbd33797ef70220535c87fe338156b6ac653b095d2f8e783f986c290fd4c082442ab55e91197b75","statement_digests":["24508ea739baea6b52afa6486f48d4f50b135145531f448d2565acdca2c15f32","b27aabaca9f6a6972ae400b9279d69cb95a80f87ecfcbdc2dc54d8c1718587aa","c0fb96623f961cb8cd1a030c1edd5d7afbf38e6fbdb73d54234c6444e32c6d06"]}','2026-11-23T09:34:35.309788+00:00',NULL,NULL,2,NULL,1,'7865543ec83a0f3f2926dca87858186173b3666a2e6a46d1058c5393755ce11a',319760,'2043b7b5dba2a6c09d1c8ed87539ec8d87f4b368724b2fba39acbe0c0614588b','2026-11-23T09:34:38.000000+00:00','b27aabaca9f6a6972ae400b9279d69cb95a80f87ecfcbdc2dc54d8c1718587aa',0,NULL);
INSERT INTO "attestations" VALUES('aa6dffb1fc3b2d82311c1aff5d5cfd41','e54006e57d348c74cb909bbf9a7d6d17','0921a62dc6648d77017107644cb395cd','reserved','QKFS89JHK3FJ5766','{"attestation_id":"aa6dffb1fc3b2d82311c1aff5d5cfd41","authority_id":"0921a62dc6648d77017107644cb395cd","authority_name":"Ủy ban nhân dân xã Mường Tè","case_code":"H35.12.3-261123-0001","copies":1,"expires_at":"2026-11-23T17:34:35+00:00","fee_dong":2000,"officer_id":"4e76ed700b6e5fa4181aaadaa4959e90","officer_name":"Lò Thị Mai","original_issuer":"","original_pages":1,"original_title":"Giấy xác nhận 2","page_digest":"2043b7b5dba2a6c09d1c8ed87539ec8d87f4b368724b2fba39acbe0c0614588b","requester_name":"Lò Văn Thử","seal_certificate":"a6f2500aa939ccd79937682160049b96b4d381a92440d7864368f17b5745fde0","seal_key_id":"development-seal","signatory_certificate":"7c868a22be3659f3407089f9c8c57d10b94cdeefac8fd45e7ced0c906a8803b5","signatory_id":"92e4833fa395a5445945f949d1a54870","signatory_key_id":"development-signatory","signatory_name":"Vàng A Páo","signatory_title":["CHỦ TỊCH"],"type":"authorised-statement/1","verification_code":"QKFS89JHK3FJ5766","wording":"ND280-2025/mau-01/1"}','c0fb96623f961cb8cd1a030c1edd5d7afbf38e6fbdb73d54234c6444e32c6d06','{"key_id":"development-confirmation","kind":"software-p256","made_at":"2026-11-23T09:34:35.272947+00:00","signature":"3045022100f40438e17bd27f4b11fd011bd685186571e58e4dee76f6e2d91aadbd33797ef70220535c87fe338156b6ac653b095d2f8e783f986c290fd4c082442ab55e91197b75","statement_digests":["24508ea739baea6b52afa6486f48d4f50b135145531f448d2565acdca2c15f32","b27aabaca9f6a6972ae400b9279d69cb95a80f87ecfcbdc2dc54d8c1718587aa","c0fb96623f961cb8cd1a030c1edd5d7afbf38e6fbdb73d54234c6444e32c6d06"]}','2026-11-23T09:34:35.334831+00:00',NULL,NULL,2,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL);
INSERT INTO "attestations" VALUES('51fd658b4c40885e83dcb807794d38ad','38d133b217a426a7fcb9ffde002b8323','0921a62dc6648d77017107644cb395cd','compared','WA24F1FCB9QVV415',NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL);
CREATE TABLE authorities (
	id VARCHAR(64) NOT NULL, 
	unit_code VARCHAR(40) NOT NULL, 
	name TEXT NOT NULL, 
	place TEXT NOT NULL, 
	province TEXT NOT NULL, 
	seal_key_id VARCHAR(64) NOT NULL, 
	self_certify_decision TEXT, 
	CONSTRAINT pk_authorities PRIMARY KEY (id), 
	CONSTRAINT uq_authorities_unit_code UNIQUE (unit_code)
);
INSERT INTO "authorities" VALUES('0921a62dc6648d77017107644cb395cd','H35.12.3','Ủy ban nhân dân xã Mường Tè','Mường Tè','Lai Châu','development-seal',NULL);
CREATE TABLE book_rows (
	authority_id VARCHAR(64) NOT NULL, 
	kind VARCHAR(32) NOT NULL, 
	year INTEGER NOT NULL, 
	number INTEGER NOT NULL, 
	volume INTEGER NOT NULL, 
	attestation_id VARCHAR(64) NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	shown_number TEXT NOT NULL, 
	reserved_at VARCHAR(32) NOT NULL, 
	trail_sequence INTEGER NOT NULL, 
	trail_digest VARCHAR(64) NOT NULL, 
	attested_on VARCHAR(10), 
	requester TEXT, 
	title TEXT, 
	signatory TEXT, 
	copies INTEGER, 
	fee_dong INTEGER, 
	note TEXT, 
	CONSTRAINT pk_book_rows PRIMARY KEY (authority_id, kind, year, number), 
	CONSTRAINT ck_book_rows_complete_has_columns CHECK (state <> 'complete' OR (attested_on IS NOT NULL AND requester IS NOT NULL AND title IS NOT NULL AND signatory IS NOT NULL AND copies IS NOT NULL AND fee_dong IS NOT NULL AND note IS NOT NULL)), 
	CONSTRAINT ck_book_rows_state CHECK (state IN ('reserved', 'complete', 'void')), 
	CONSTRAINT ck_book_rows_number CHECK (number >= 1), 
	CONSTRAINT fk_book_rows_attestation_id FOREIGN KEY(attestation_id) REFERENCES attestations (id), 
	CONSTRAINT fk_book_rows_authority_id FOREIGN KEY(authority_id, kind, year) REFERENCES books (authority_id, kind, year)
);
INSERT INTO "book_rows" VALUES('0921a62dc6648d77017107644cb395cd','SCTĐT/BS',2026,1,1,'03c8863cf2a492e91a5d637c2da19120','complete','01, quyển 01/2026-SCTĐT/BS','2026-11-23T09:34:35.626959+00:00',23,'85932ae4128ba6c13e3f9e9647bb7c4ea8ae599eb88fe1260ddf4cca951a2e4d','2026-11-23','Lò Văn Thử','Giấy xác nhận 0','Vàng A Páo, CHỦ TỊCH',1,2000,'');
INSERT INTO "book_rows" VALUES('0921a62dc6648d77017107644cb395cd','SCTĐT/BS',2026,2,1,'ba124165263acbe9b0be66bea2ad08a7','complete','02, quyển 01/2026-SCTĐT/BS','2026-11-23T09:34:38.050809+00:00',27,'d37d450cb427185df68b3f49b690b63778b53bcf2acb7b53252e58403d4fde23','2026-11-23','Lò Văn Thử','Giấy xác nhận 1','Vàng A Páo, CHỦ TỊCH',1,2000,'');
INSERT INTO "book_rows" VALUES('0921a62dc6648d77017107644cb395cd','SCTĐT/BS',2026,3,1,'aa6dffb1fc3b2d82311c1aff5d5cfd41','reserved','03, quyển 01/2026-SCTĐT/BS','2026-11-23T09:34:40.236633+00:00',31,'df6a917a848afbe26640a8a85eec6107554b1dc9c280a01b662a9f25ebeb07e5',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE books (
	authority_id VARCHAR(64) NOT NULL, 
	kind VARCHAR(32) NOT NULL, 
	year INTEGER NOT NULL, 
	volume INTEGER NOT NULL, 
	last_number INTEGER NOT NULL, 
	closed BOOLEAN NOT NULL, 
	CONSTRAINT pk_books PRIMARY KEY (authority_id, kind, year), 
	CONSTRAINT ck_books_last_number CHECK (last_number >= 0), 
	CONSTRAINT fk_books_authority_id FOREIGN KEY(authority_id) REFERENCES authorities (id)
);
INSERT INTO "books" VALUES('0921a62dc6648d77017107644cb395cd','SCTĐT/BS',2026,1,3,0);
CREATE TABLE case_counters (
	unit_code VARCHAR(40) NOT NULL, 
	day DATE NOT NULL, 
	last_number INTEGER NOT NULL, 
	CONSTRAINT pk_case_counters PRIMARY KEY (unit_code, day), 
	CONSTRAINT ck_case_counters_last_number CHECK (last_number >= 1)
);
INSERT INTO "case_counters" VALUES('H35.12.3','2026-11-23',1);
CREATE TABLE cases (
	id VARCHAR(64) NOT NULL, 
	code VARCHAR(60) NOT NULL, 
	authority_id VARCHAR(64) NOT NULL, 
	officer_id VARCHAR(64) NOT NULL, 
	requester_name TEXT NOT NULL, 
	requester_email TEXT, 
	requester_phone TEXT, 
	status INTEGER NOT NULL, 
	opened_at VARCHAR(32) NOT NULL, 
	due_at VARCHAR(32) NOT NULL, 
	CONSTRAINT pk_cases PRIMARY KEY (id), 
	CONSTRAINT ck_cases_status CHECK (status BETWEEN 1 AND 10), 
	CONSTRAINT fk_cases_authority_id FOREIGN KEY(authority_id) REFERENCES authorities (id), 
	CONSTRAINT fk_cases_officer_id FOREIGN KEY(officer_id) REFERENCES officers (id), 
	CONSTRAINT uq_cases_code UNIQUE (code)
);
INSERT INTO "cases" VALUES('58688f2bf8962b909d2d94daf57965db','H35.12.3-261123-0001','0921a62dc6648d77017107644cb395cd','4e76ed700b6e5fa4181aaadaa4959e90','Lò Văn Thử',NULL,NULL,4,'2026-11-23T09:34:33.049766+00:00','2026-11-25T10:00:00.000000+00:00');
CREATE TABLE comparisons (
	attestation_id VARCHAR(64) NOT NULL, 
	officer_id VARCHAR(64) NOT NULL, 
	compared_at VARCHAR(32) NOT NULL, 
	place TEXT NOT NULL, 
	page_digest VARCHAR(64) NOT NULL, 
	paper_original_shown BOOLEAN NOT NULL, 
	pages_match BOOLEAN NOT NULL, 
	original_kind VARCHAR(32) NOT NULL, 
	grounds TEXT NOT NULL, 
	pages_with_information INTEGER NOT NULL, 
	legalisation VARCHAR(32) NOT NULL, 
	legalisation_note TEXT NOT NULL, 
	accepted_warnings TEXT NOT NULL, 
	on_vneid BOOLEAN NOT NULL, salt BLOB, 
	CONSTRAINT pk_comparisons PRIMARY KEY (attestation_id), 
	CONSTRAINT ck_comparisons_legalisation CHECK (legalisation IN ('not_foreign', 'legalised', 'exempt_treaty', 'exempt_list')), 
	CONSTRAINT ck_comparisons_original_kind CHECK (original_kind IN ('first_issue', 'reissue', 'reregistered', 'private_confirmed')), 
	CONSTRAINT fk_comparisons_attestation_id FOREIGN KEY(attestation_id) REFERENCES attestations (id), 
	CONSTRAINT fk_comparisons_officer_id FOREIGN KEY(officer_id) REFERENCES officers (id)
);
INSERT INTO "comparisons" VALUES('03c8863cf2a492e91a5d637c2da19120','4e76ed700b6e5fa4181aaadaa4959e90','2026-11-23T09:34:34.726473+00:00','Bộ phận Một cửa','2043b7b5dba2a6c09d1c8ed87539ec8d87f4b368724b2fba39acbe0c0614588b',1,1,'first_issue','{"altered":false,"damaged":false,"not_legalised":false,"private_unconfirmed":false,"secret":false,"unlawful_content":false}',1,'not_foreign','','{"page.cropped":"Đúng như bản chính","page.small":"Đúng như bản chính"}',0,X'F2451235EEAB5BDA292AFC4291A8C5084849EBE26A4E22CD88E3D60CBBAD457B');
INSERT INTO "comparisons" VALUES('ba124165263acbe9b0be66bea2ad08a7','4e76ed700b6e5fa4181aaadaa4959e90','2026-11-23T09:34:34.877186+00:00','Bộ phận Một cửa','2043b7b5dba2a6c09d1c8ed87539ec8d87f4b368724b2fba39acbe0c0614588b',1,1,'first_issue','{"altered":false,"damaged":false,"not_legalised":false,"private_unconfirmed":false,"secret":false,"unlawful_content":false}',1,'not_foreign','','{"page.cropped":"Đúng như bản chính","page.small":"Đúng như bản chính"}',0,X'7B2DCD2958B19E23908D6E1679E14EE6B4E646ACF304BB1AA75BB44BFEE48CA2');
INSERT INTO "comparisons" VALUES('aa6dffb1fc3b2d82311c1aff5d5cfd41','4e76ed700b6e5fa4181aaadaa4959e90','2026-11-23T09:34:35.033320+00:00','Bộ phận Một cửa','2043b7b5dba2a6c09d1c8ed87539ec8d87f4b368724b2fba39acbe0c0614588b',1,1,'first_issue','{"altered":false,"damaged":false,"not_legalised":false,"private_unconfirmed":false,"secret":false,"unlawful_content":false}',1,'not_foreign','','{"page.cropped":"Đúng như bản chính","page.small":"Đúng như bản chính"}',0,X'B56FB1D0581C1BE3CE17ECAA4C5BC00DE01A8B999A3CEA195F910D668949617A');
INSERT INTO "comparisons" VALUES('51fd658b4c40885e83dcb807794d38ad','4e76ed700b6e5fa4181aaadaa4959e90','2026-11-23T09:34:35.123006+00:00','Bộ phận Một cửa','2043b7b5dba2a6c09d1c8ed87539ec8d87f4b368724b2fba39acbe0c0614588b',1,1,'first_issue','{"altered":false,"damaged":false,"not_legalised":false,"private_unconfirmed":false,"secret":false,"unlawful_content":false}',1,'not_foreign','','{"page.cropped":"Đúng như bản chính","page.small":"Đúng như bản chính"}',0,X'5D2C70B7F06DDD18A366D2E67E65F5940469458C8BAA51861D31238C76E11E01');
CREATE TABLE confirmation_keys (
	id VARCHAR(64) NOT NULL, 
	person_id VARCHAR(64) NOT NULL, 
	sequence INTEGER NOT NULL, 
	kind VARCHAR(32) NOT NULL, 
	public_key BLOB NOT NULL, 
	enrolment_mac BLOB NOT NULL, 
	CONSTRAINT pk_confirmation_keys PRIMARY KEY (id), 
	CONSTRAINT fk_confirmation_keys_person_id FOREIGN KEY(person_id) REFERENCES signatories (id), 
	CONSTRAINT uq_confirmation_keys_person_id_sequence UNIQUE (person_id, sequence)
);
INSERT INTO "confirmation_keys" VALUES('development-confirmation','92e4833fa395a5445945f949d1a54870',1,'software-p256',X'3059301306072A8648CE3D020106082A8648CE3D030107034200042176675E82502B9AF4F493480B331FABFF931F5DB0E3B3A695D14D7375FBE126FD9B9C58D141C0D9482D015C974C00B1EAE50F11155BD00724916CEA6A110FC0',X'49BD81499EB01B389D47E05EB9663E0437EAF2FCC7F79670E30C3D2AB8711E2F');
CREATE TABLE desk_records (
	id VARCHAR(64) NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	authority_id VARCHAR(64) NOT NULL, 
	case_id VARCHAR(64) NOT NULL, 
	original_id VARCHAR(64) NOT NULL, 
	officer_id VARCHAR(64) NOT NULL, 
	scan_id VARCHAR(64), 
	made_at VARCHAR(32) NOT NULL, 
	year INTEGER NOT NULL, 
	number INTEGER NOT NULL, 
	heading TEXT NOT NULL, 
	content TEXT NOT NULL, 
	salt BLOB NOT NULL, 
	CONSTRAINT pk_desk_records PRIMARY KEY (id), 
	CONSTRAINT ck_desk_records_kind CHECK (kind IN ('refusal', 'forgery')), 
	CONSTRAINT ck_desk_records_number CHECK (number >= 1), 
	CONSTRAINT fk_desk_records_authority_id FOREIGN KEY(authority_id) REFERENCES authorities (id), 
	CONSTRAINT fk_desk_records_case_id FOREIGN KEY(case_id) REFERENCES cases (id), 
	CONSTRAINT fk_desk_records_original_id FOREIGN KEY(original_id) REFERENCES originals (id), 
	CONSTRAINT fk_desk_records_officer_id FOREIGN KEY(officer_id) REFERENCES officers (id), 
	CONSTRAINT fk_desk_records_scan_id FOREIGN KEY(scan_id) REFERENCES scans (id), 
	CONSTRAINT uq_desk_records_authority_id_kind_year_number UNIQUE (authority_id, kind, year, number)
);
CREATE TABLE editions (
	attestation_id VARCHAR(64) NOT NULL, 
	sequence INTEGER NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	object_key TEXT NOT NULL, 
	version_id TEXT NOT NULL, 
	size_bytes INTEGER NOT NULL, 
	reason VARCHAR(16) NOT NULL, 
	released_at VARCHAR(32) NOT NULL, 
	CONSTRAINT pk_editions PRIMARY KEY (attestation_id, sequence), 
	CONSTRAINT ck_editions_reason CHECK (reason IN ('issued', 'renewed')), 
	CONSTRAINT ck_editions_sequence CHECK (sequence >= 1), 
	CONSTRAINT fk_editions_attestation_id FOREIGN KEY(attestation_id) REFERENCES attestations (id), 
	CONSTRAINT uq_editions_sha256 UNIQUE (sha256)
);
INSERT INTO "editions" VALUES('03c8863cf2a492e91a5d637c2da19120',1,'fd009890b3678e63b45f70afb3acf680c8782dcd80a4519bdaa8b2d20243ed88','03c8863cf2a492e91a5d637c2da19120/fd009890b3678e63b45f70afb3acf680c8782dcd80a4519bdaa8b2d20243ed88','0c72c4befa0b669e12959142742e85ff',438310,'issued','2026-11-23T09:34:37.908176+00:00');
INSERT INTO "editions" VALUES('ba124165263acbe9b0be66bea2ad08a7',1,'fd0b5f52b0fbc053e328232dac383d3bcf787afd4d50554d05173686a79ba6e5','ba124165263acbe9b0be66bea2ad08a7/fd0b5f52b0fbc053e328232dac383d3bcf787afd4d50554d05173686a79ba6e5','d4e8c449d6fb20e3a7582053c2d4ef3a',438310,'issued','2026-11-23T09:34:40.211251+00:00');
CREATE TABLE free_numbers (
	authority_id VARCHAR(64) NOT NULL, 
	kind VARCHAR(32) NOT NULL, 
	year INTEGER NOT NULL, 
	number INTEGER NOT NULL, 
	CONSTRAINT pk_free_numbers PRIMARY KEY (authority_id, kind, year, number), 
	CONSTRAINT fk_free_numbers_authority_id FOREIGN KEY(authority_id, kind, year) REFERENCES books (authority_id, kind, year)
);
CREATE TABLE known_layouts (
	attestation_id VARCHAR(64) NOT NULL, 
	page INTEGER NOT NULL, 
	layout BLOB NOT NULL, 
	CONSTRAINT pk_known_layouts PRIMARY KEY (attestation_id, page), 
	CONSTRAINT ck_known_layouts_page CHECK (page >= 1), 
	CONSTRAINT fk_known_layouts_attestation_id FOREIGN KEY(attestation_id) REFERENCES known_papers (attestation_id)
);
INSERT INTO "known_layouts" VALUES('03c8863cf2a492e91a5d637c2da19120',1,X'789CEDD8BF4AC3501406F0D3667011ACD4A19B193A15872E0E4E0D0EA20F21BA3A39083A384404A1631EC1CDC10710A766D1D5C5A9830541DDEC50694A1B73BCA114849E5E5A68DAFCF97E1DBFE1DC2FB9F7064A040000001961DC7C78FDC3CBBDFA9D2B84CCDCE2D084B03D298C2187A8FA492553880C1E71670CE3A77C4D15C7CAD1BE90A5A9A70E7A866197ED30B2C59EBD62BDB251DBBA1F4861DCA89EBF8DB08B27879A87F07E72F4B3FDFAF2D5897A8D73E1F9DDA061B3FDED8E67069FAA07A07EF2A6BE607E6CCB61EC18FC7CD0E7C0DE99783E034F7E9F79F602F63ACCC9D8B7E74F6F67ADB58762D31542D552774935137449DDEE523E5776287F359E69CF672E6197B1458575CB14A3293E3A03758F0961B264E5E30A000000536300000048915E75F48DDF14425A7C181135D30C07FEFB736ACA0525ABA74FB4329C599B7141C9EAA9859ED185FE720EEFC27B2EE9F066A26756DEE770E6315929EFA9F6AD55501357537E0FF95638AF94FA7DAB95959E000000301F7FF07C08C9');
INSERT INTO "known_layouts" VALUES('ba124165263acbe9b0be66bea2ad08a7',1,X'789CEDD8BF4AC3501406F0D3667011ACD4A19B193A15872E0E4E0D0EA20F21BA3A39083A384404A1631EC1CDC10710A766D1D5C5A9830541DDEC50694A1B73BCA114849E5E5A68DAFCF97E1DBFE1DC2FB9F7064A040000001961DC7C78FDC3CBBDFA9D2B84CCDCE2D084B03D298C2187A8FA492553880C1E71670CE3A77C4D15C7CAD1BE90A5A9A70E7A866197ED30B2C59EBD62BDB251DBBA1F4861DCA89EBF8DB08B27879A87F07E72F4B3FDFAF2D5897A8D73E1F9DDA061B3FDED8E67069FAA07A07EF2A6BE607E6CCB61EC18FC7CD0E7C0DE99783E034F7E9F79F602F63ACCC9D8B7E74F6F67ADB58762D31542D552774935137449DDEE523E5776287F359E69CF672E6197B1458575CB14A3293E3A03758F0961B264E5E30A000000536300000048915E75F48DDF14425A7C181135D30C07FEFB736ACA0525ABA74FB4329C599B7141C9EAA9859ED185FE720EEFC27B2EE9F066A26756DEE770E6315929EFA9F6AD55501357537E0FF95638AF94FA7DAB95959E000000301F7FF07C08C9');
CREATE TABLE known_papers (
	attestation_id VARCHAR(64) NOT NULL, 
	authority_id VARCHAR(64) NOT NULL, 
	page_digest VARCHAR(64) NOT NULL, 
	page_count INTEGER NOT NULL, 
	spread_down INTEGER, 
	spread_across INTEGER, 
	released_at VARCHAR(32) NOT NULL, 
	CONSTRAINT pk_known_papers PRIMARY KEY (attestation_id), 
	CONSTRAINT ck_known_papers_page_count CHECK (page_count >= 1), 
	CONSTRAINT fk_known_papers_attestation_id FOREIGN KEY(attestation_id) REFERENCES attestations (id), 
	CONSTRAINT fk_known_papers_authority_id FOREIGN KEY(authority_id) REFERENCES authorities (id)
);
INSERT INTO "known_papers" VALUES('03c8863cf2a492e91a5d637c2da19120','0921a62dc6648d77017107644cb395cd','2043b7b5dba2a6c09d1c8ed87539ec8d87f4b368724b2fba39acbe0c0614588b',1,351,273,'2026-11-23T09:34:37.908176+00:00');
INSERT INTO "known_papers" VALUES('ba124165263acbe9b0be66bea2ad08a7','0921a62dc6648d77017107644cb395cd','2043b7b5dba2a6c09d1c8ed87539ec8d87f4b368724b2fba39acbe0c0614588b',1,351,273,'2026-11-23T09:34:40.211251+00:00');
CREATE TABLE officers (
	id VARCHAR(64) NOT NULL, 
	authority_id VARCHAR(64) NOT NULL, 
	name TEXT NOT NULL, 
	title TEXT NOT NULL, 
	CONSTRAINT pk_officers PRIMARY KEY (id), 
	CONSTRAINT fk_officers_authority_id FOREIGN KEY(authority_id) REFERENCES authorities (id)
);
INSERT INTO "officers" VALUES('4e76ed700b6e5fa4181aaadaa4959e90','0921a62dc6648d77017107644cb395cd','Lò Thị Mai','Công chức Tư pháp - Hộ tịch');
CREATE TABLE originals (
	id VARCHAR(64) NOT NULL, 
	case_id VARCHAR(64) NOT NULL, 
	position INTEGER NOT NULL, 
	title TEXT NOT NULL, 
	issuer TEXT NOT NULL, 
	copies INTEGER NOT NULL, declared_pages INTEGER, 
	CONSTRAINT pk_originals PRIMARY KEY (id), 
	CONSTRAINT ck_originals_copies CHECK (copies >= 1), 
	CONSTRAINT fk_originals_case_id FOREIGN KEY(case_id) REFERENCES cases (id), 
	CONSTRAINT uq_originals_case_id_position UNIQUE (case_id, position)
);
INSERT INTO "originals" VALUES('5c690042dae01ef5eca201da117dca3f','58688f2bf8962b909d2d94daf57965db',1,'Giấy xác nhận 0','',1,NULL);
INSERT INTO "originals" VALUES('19c983ca064462c35573173719bc22e8','58688f2bf8962b909d2d94daf57965db',2,'Giấy xác nhận 1','',1,NULL);
INSERT INTO "originals" VALUES('e54006e57d348c74cb909bbf9a7d6d17','58688f2bf8962b909d2d94daf57965db',3,'Giấy xác nhận 2','',1,NULL);
INSERT INTO "originals" VALUES('38d133b217a426a7fcb9ffde002b8323','58688f2bf8962b909d2d94daf57965db',4,'Giấy xác nhận 3','',1,NULL);
CREATE TABLE recovered_copies (
	sha256 VARCHAR(64) NOT NULL, 
	authority_id VARCHAR(64) NOT NULL, 
	kind VARCHAR(32) NOT NULL, 
	year INTEGER NOT NULL, 
	number INTEGER NOT NULL, 
	volume INTEGER NOT NULL, 
	shown_number TEXT NOT NULL, 
	attestation_id VARCHAR(64) NOT NULL, 
	code VARCHAR(16) NOT NULL, 
	statement TEXT NOT NULL, 
	statement_digest VARCHAR(64) NOT NULL, 
	assertion TEXT NOT NULL, 
	intent_attempt INTEGER NOT NULL, 
	intent_attested_at VARCHAR(32) NOT NULL, 
	object_key TEXT NOT NULL, 
	version_id TEXT NOT NULL, 
	size_bytes INTEGER NOT NULL, 
	recovered_at VARCHAR(32) NOT NULL, renewal INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_recovered_copies PRIMARY KEY (sha256), 
	CONSTRAINT fk_recovered_copies_authority_id FOREIGN KEY(authority_id) REFERENCES authorities (id)
);
CREATE TABLE renewals (
	attestation_id VARCHAR(64) NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	protected_until VARCHAR(32), 
	algorithms TEXT, 
	lease_owner TEXT, 
	lease_until VARCHAR(32), 
	fence INTEGER NOT NULL, 
	attempts INTEGER NOT NULL, 
	intent_sha256 VARCHAR(64), 
	intent_size INTEGER, 
	cause VARCHAR(64) NOT NULL, 
	retry_at VARCHAR(32), 
	failures INTEGER NOT NULL, 
	CONSTRAINT pk_renewals PRIMARY KEY (attestation_id), 
	CONSTRAINT ck_renewals_lease_whole CHECK ((lease_owner IS NULL) = (lease_until IS NULL)), 
	CONSTRAINT ck_renewals_protection_whole CHECK ((protected_until IS NULL) = (algorithms IS NULL)), 
	CONSTRAINT ck_renewals_intent_whole CHECK ((intent_sha256 IS NULL) = (intent_size IS NULL))
);
INSERT INTO "renewals" VALUES('03c8863cf2a492e91a5d637c2da19120','fd009890b3678e63b45f70afb3acf680c8782dcd80a4519bdaa8b2d20243ed88','2031-11-22T09:34:07.000000+00:00','rsa-2048 rsa-3072 sha256',NULL,NULL,0,0,NULL,NULL,'',NULL,0);
INSERT INTO "renewals" VALUES('ba124165263acbe9b0be66bea2ad08a7','fd0b5f52b0fbc053e328232dac383d3bcf787afd4d50554d05173686a79ba6e5','2031-11-22T09:34:07.000000+00:00','rsa-2048 rsa-3072 sha256',NULL,NULL,0,0,NULL,NULL,'',NULL,0);
CREATE TABLE scans (
	id VARCHAR(64) NOT NULL, 
	original_id VARCHAR(64) NOT NULL, 
	sequence INTEGER NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	upload_sha256 VARCHAR(64) NOT NULL, 
	pages TEXT NOT NULL, 
	size_bytes INTEGER NOT NULL, 
	findings TEXT NOT NULL, 
	created_at VARCHAR(32) NOT NULL, fingerprints TEXT, arrangement TEXT, reduction TEXT, 
	CONSTRAINT pk_scans PRIMARY KEY (id), 
	CONSTRAINT fk_scans_original_id FOREIGN KEY(original_id) REFERENCES originals (id), 
	CONSTRAINT uq_scans_original_id_sequence UNIQUE (original_id, sequence)
);
INSERT INTO "scans" VALUES('a7926d53d1226b7d8d7142507af93148','5c690042dae01ef5eca201da117dca3f',1,'b105e1b78a9e48311eee874aa15bef2af52f8ecaa99663ba1dd94de50f3d522e','90c478af615eb23768d96b75356e51198cc63d71ea82ff6dc0357ca22c9ebfeb','[{"bits":8,"colour_space":"DeviceRGB","height_milli_pt":419520,"height_px":1748,"stream_filter":"DCTDecode","stream_sha256":"8687e2eabd30ae3e04144798ab67321a316650deea92fa576a7e149d6bf0dd83","turn":0,"width_milli_pt":297600,"width_px":1240}]',206803,'[{"citation":"NĐ 45/2020/NĐ-CP Điều 10 khoản 3","code":"page.cropped","en":"Print runs off an edge of the image. Scan the whole sheet.","other_page":null,"page":1,"part":null,"severity":"warn","vi":"Chữ chạm mép ảnh: trang có thể bị mất nội dung ở mép. Hãy đặt cả tờ giấy vào khung và chụp lại; nếu bản chính in sát mép, hãy ghi lý do."},{"citation":"NĐ 30/2020/NĐ-CP Phụ lục I","code":"page.small","en":"A page of 105 × 148 mm is smaller than A6. Compare with the paper.","other_page":null,"page":1,"part":null,"severity":"warn","vi":"Khổ trang 105 × 148 mm nhỏ hơn A6. Hãy đối chiếu với khổ giấy của bản chính; nếu sai, hãy chụp lại với độ phân giải đúng."}]','2026-11-23T09:34:34.617431+00:00','[{"layout":"eJzt2L9Kw1AUBvDTZnARrNShmxk6FYcuDk4NDqIPIbo6OQg6OEQEoWMewc3BBxCnZtHVxamDBUHd7FBpShtzvKEUhJ5eWmja/Pl+Hb/h3C+59wZKBAAAABlh3Hx4/cPLvfqdK4TM3OLQhLA9KYwhh6j6SSVTiAwecWcM46d8TRXHytG+kKWppw56hmGX7TCyxZ69Yr2yUdu6H0hh3Kiev42wiyeHmofwfnL0s/368tWJeo1z4fndoGGz/e2OZwafqgegfvKmvmB+bMth7Bj8fNDnwN6ZeD4DT36fefYC9jrMydi3509vZ621h2LTFULVUndJNRN0Sd3uUj5Xdih/NZ5pz2cuYZexRYV1yxSjKT46A3WPCWGyZOXjCgAAAFNjAAAASJFedfSN3xRCWnwYETXTDAf++3NqygUlq6dPtDKcWZtxQcnqqYWe0YX+cg7vwnsu6fBmomdW3udw5jFZKe+p9q1VUBNXU34P+VY4r5T6fauVlZ4AAAAwH3/wfAjJ","spread":[351,273]}]',NULL,NULL);
INSERT INTO "scans" VALUES('66165eb37d4cfe5ed73fa84d79e3df60','19c983ca064462c35573173719bc22e8',1,'b105e1b78a9e48311eee874aa15bef2af52f8ecaa99663ba1dd94de50f3d522e','90c478af615eb23768d96b75356e51198cc63d71ea82ff6dc0357ca22c9ebfeb','[{"bits":8,"colour_space":"DeviceRGB","height_milli_pt":419520,"height_px":1748,"stream_filter":"DCTDecode","stream_sha256":"8687e2eabd30ae3e04144798ab67321a316650deea92fa576a7e149d6bf0dd83","turn":0,"width_milli_pt":297600,"width_px":1240}]',206803,'[{"citation":"NĐ 45/2020/NĐ-CP Điều 10 khoản 3","code":"page.cropped","en":"Print runs off an edge of the image. Scan the whole sheet.","other_page":null,"page":1,"part":null,"severity":"warn","vi":"Chữ chạm mép ảnh: trang có thể bị mất nội dung ở mép. Hãy đặt cả tờ giấy vào khung và chụp lại; nếu bản chính in sát mép, hãy ghi lý do."},{"citation":"NĐ 30/2020/NĐ-CP Phụ lục I","code":"page.small","en":"A page of 105 × 148 mm is smaller than A6. Compare with the paper.","other_page":null,"page":1,"part":null,"severity":"warn","vi":"Khổ trang 105 × 148 mm nhỏ hơn A6. Hãy đối chiếu với khổ giấy của bản chính; nếu sai, hãy chụp lại với độ phân giải đúng."}]','2026-11-23T09:34:34.617431+00:00','[{"layout":"eJzt2L9Kw1AUBvDTZnARrNShmxk6FYcuDk4NDqIPIbo6OQg6OEQEoWMewc3BBxCnZtHVxamDBUHd7FBpShtzvKEUhJ5eWmja/Pl+Hb/h3C+59wZKBAAAABlh3Hx4/cPLvfqdK4TM3OLQhLA9KYwhh6j6SSVTiAwecWcM46d8TRXHytG+kKWppw56hmGX7TCyxZ69Yr2yUdu6H0hh3Kiev42wiyeHmofwfnL0s/368tWJeo1z4fndoGGz/e2OZwafqgegfvKmvmB+bMth7Bj8fNDnwN6ZeD4DT36fefYC9jrMydi3509vZ621h2LTFULVUndJNRN0Sd3uUj5Xdih/NZ5pz2cuYZexRYV1yxSjKT46A3WPCWGyZOXjCgAAAFNjAAAASJFedfSN3xRCWnwYETXTDAf++3NqygUlq6dPtDKcWZtxQcnqqYWe0YX+cg7vwnsu6fBmomdW3udw5jFZKe+p9q1VUBNXU34P+VY4r5T6fauVlZ4AAAAwH3/wfAjJ","spread":[351,273]}]',NULL,NULL);
INSERT INTO "scans" VALUES('d9aa30db7c2966ccc73138c5c3455693','e54006e57d348c74cb909bbf9a7d6d17',1,'b105e1b78a9e48311eee874aa15bef2af52f8ecaa99663ba1dd94de50f3d522e','90c478af615eb23768d96b75356e51198cc63d71ea82ff6dc0357ca22c9ebfeb','[{"bits":8,"colour_space":"DeviceRGB","height_milli_pt":419520,"height_px":1748,"stream_filter":"DCTDecode","stream_sha256":"8687e2eabd30ae3e04144798ab67321a316650deea92fa576a7e149d6bf0dd83","turn":0,"width_milli_pt":297600,"width_px":1240}]',206803,'[{"citation":"NĐ 45/2020/NĐ-CP Điều 10 khoản 3","code":"page.cropped","en":"Print runs off an edge of the image. Scan the whole sheet.","other_page":null,"page":1,"part":null,"severity":"warn","vi":"Chữ chạm mép ảnh: trang có thể bị mất nội dung ở mép. Hãy đặt cả tờ giấy vào khung và chụp lại; nếu bản chính in sát mép, hãy ghi lý do."},{"citation":"NĐ 30/2020/NĐ-CP Phụ lục I","code":"page.small","en":"A page of 105 × 148 mm is smaller than A6. Compare with the paper.","other_page":null,"page":1,"part":null,"severity":"warn","vi":"Khổ trang 105 × 148 mm nhỏ hơn A6. Hãy đối chiếu với khổ giấy của bản chính; nếu sai, hãy chụp lại với độ phân giải đúng."}]','2026-11-23T09:34:34.617431+00:00','[{"layout":"eJzt2L9Kw1AUBvDTZnARrNShmxk6FYcuDk4NDqIPIbo6OQg6OEQEoWMewc3BBxCnZtHVxamDBUHd7FBpShtzvKEUhJ5eWmja/Pl+Hb/h3C+59wZKBAAAABlh3Hx4/cPLvfqdK4TM3OLQhLA9KYwhh6j6SSVTiAwecWcM46d8TRXHytG+kKWppw56hmGX7TCyxZ69Yr2yUdu6H0hh3Kiev42wiyeHmofwfnL0s/368tWJeo1z4fndoGGz/e2OZwafqgegfvKmvmB+bMth7Bj8fNDnwN6ZeD4DT36fefYC9jrMydi3509vZ621h2LTFULVUndJNRN0Sd3uUj5Xdih/NZ5pz2cuYZexRYV1yxSjKT46A3WPCWGyZOXjCgAAAFNjAAAASJFedfSN3xRCWnwYETXTDAf++3NqygUlq6dPtDKcWZtxQcnqqYWe0YX+cg7vwnsu6fBmomdW3udw5jFZKe+p9q1VUBNXU34P+VY4r5T6fauVlZ4AAAAwH3/wfAjJ","spread":[351,273]}]',NULL,NULL);
INSERT INTO "scans" VALUES('89e226065d5117a74f1fe0204beffb59','38d133b217a426a7fcb9ffde002b8323',1,'b105e1b78a9e48311eee874aa15bef2af52f8ecaa99663ba1dd94de50f3d522e','90c478af615eb23768d96b75356e51198cc63d71ea82ff6dc0357ca22c9ebfeb','[{"bits":8,"colour_space":"DeviceRGB","height_milli_pt":419520,"height_px":1748,"stream_filter":"DCTDecode","stream_sha256":"8687e2eabd30ae3e04144798ab67321a316650deea92fa576a7e149d6bf0dd83","turn":0,"width_milli_pt":297600,"width_px":1240}]',206803,'[{"citation":"NĐ 45/2020/NĐ-CP Điều 10 khoản 3","code":"page.cropped","en":"Print runs off an edge of the image. Scan the whole sheet.","other_page":null,"page":1,"part":null,"severity":"warn","vi":"Chữ chạm mép ảnh: trang có thể bị mất nội dung ở mép. Hãy đặt cả tờ giấy vào khung và chụp lại; nếu bản chính in sát mép, hãy ghi lý do."},{"citation":"NĐ 30/2020/NĐ-CP Phụ lục I","code":"page.small","en":"A page of 105 × 148 mm is smaller than A6. Compare with the paper.","other_page":null,"page":1,"part":null,"severity":"warn","vi":"Khổ trang 105 × 148 mm nhỏ hơn A6. Hãy đối chiếu với khổ giấy của bản chính; nếu sai, hãy chụp lại với độ phân giải đúng."}]','2026-11-23T09:34:34.617431+00:00','[{"layout":"eJzt2L9Kw1AUBvDTZnARrNShmxk6FYcuDk4NDqIPIbo6OQg6OEQEoWMewc3BBxCnZtHVxamDBUHd7FBpShtzvKEUhJ5eWmja/Pl+Hb/h3C+59wZKBAAAABlh3Hx4/cPLvfqdK4TM3OLQhLA9KYwhh6j6SSVTiAwecWcM46d8TRXHytG+kKWppw56hmGX7TCyxZ69Yr2yUdu6H0hh3Kiev42wiyeHmofwfnL0s/368tWJeo1z4fndoGGz/e2OZwafqgegfvKmvmB+bMth7Bj8fNDnwN6ZeD4DT36fefYC9jrMydi3509vZ621h2LTFULVUndJNRN0Sd3uUj5Xdih/NZ5pz2cuYZexRYV1yxSjKT46A3WPCWGyZOXjCgAAAFNjAAAASJFedfSN3xRCWnwYETXTDAf++3NqygUlq6dPtDKcWZtxQcnqqYWe0YX+cg7vwnsu6fBmomdW3udw5jFZKe+p9q1VUBNXU34P+VY4r5T6fauVlZ4AAAAwH3/wfAjJ","spread":[351,273]}]',NULL,NULL);
CREATE TABLE seal_authorisations (
	id VARCHAR(64) NOT NULL, 
	authority_id VARCHAR(64) NOT NULL, 
	sequence INTEGER NOT NULL, 
	clerk_name TEXT NOT NULL, 
	decision_number TEXT NOT NULL, 
	valid_from DATE NOT NULL, 
	valid_to DATE, 
	revoked BOOLEAN NOT NULL, 
	CONSTRAINT pk_seal_authorisations PRIMARY KEY (id), 
	CONSTRAINT ck_seal_authorisations_validity_order CHECK (valid_to >= valid_from), 
	CONSTRAINT fk_seal_authorisations_authority_id FOREIGN KEY(authority_id) REFERENCES authorities (id), 
	CONSTRAINT uq_seal_authorisations_authority_id_sequence UNIQUE (authority_id, sequence)
);
INSERT INTO "seal_authorisations" VALUES('991d283b45acaafb79c96210c3bde3ea','0921a62dc6648d77017107644cb395cd',1,'Tao Thị Hương','15/QĐ-UBND','2025-07-01',NULL,0);
CREATE TABLE signatories (
	id VARCHAR(64) NOT NULL, 
	authority_id VARCHAR(64) NOT NULL, 
	name TEXT NOT NULL, 
	position TEXT NOT NULL, 
	mandate_kind VARCHAR(16) NOT NULL, 
	mandate_decision TEXT, 
	mandate_from DATE NOT NULL, 
	mandate_to DATE, 
	key_id VARCHAR(64) NOT NULL, 
	CONSTRAINT pk_signatories PRIMARY KEY (id), 
	CONSTRAINT ck_signatories_delegate_has_decision CHECK (mandate_kind <> 'delegate' OR mandate_decision IS NOT NULL), 
	CONSTRAINT ck_signatories_mandate_kind CHECK (mandate_kind IN ('chairman', 'deputy', 'delegate')), 
	CONSTRAINT ck_signatories_mandate_order CHECK (mandate_to >= mandate_from), 
	CONSTRAINT fk_signatories_authority_id FOREIGN KEY(authority_id) REFERENCES authorities (id)
);
INSERT INTO "signatories" VALUES('92e4833fa395a5445945f949d1a54870','0921a62dc6648d77017107644cb395cd','Vàng A Páo','Chủ tịch','chairman',NULL,'2025-07-01',NULL,'development-signatory');
CREATE TABLE trail (
	authority_id VARCHAR(64) NOT NULL, 
	sequence INTEGER NOT NULL, 
	at VARCHAR(32) NOT NULL, 
	actor TEXT NOT NULL, 
	action VARCHAR(32) NOT NULL, 
	subject VARCHAR(64) NOT NULL, 
	details TEXT NOT NULL, 
	reason_commitment VARCHAR(64), 
	previous VARCHAR(64) NOT NULL, 
	digest VARCHAR(64) NOT NULL, 
	CONSTRAINT pk_trail PRIMARY KEY (authority_id, sequence), 
	CONSTRAINT ck_trail_sequence CHECK (sequence >= 1), 
	CONSTRAINT fk_trail_authority_id FOREIGN KEY(authority_id) REFERENCES authorities (id)
);
INSERT INTO "trail" VALUES('0921a62dc6648d77017107644cb395cd',1,'2026-11-23T09:34:14.482580+00:00','system','authority.add','0921a62dc6648d77017107644cb395cd','{"seal_key":"development-seal","self_certify":null}',NULL,'0000000000000000000000000000000000000000000000000000000000000000','1aaf86fd7a6adb6e5a46714e638833aeebd3e86db52c9b2da98074c6dd26aa08');
INSERT INTO "trail" VALUES('0921a62dc6648d77017107644cb395cd',2,'2026-11-23T09:34:14.488485+00:00','system','officer.add','4e76ed700b6e5fa4181aaadaa4959e90','{}',NULL,'1aaf86fd7a6adb6e5a46714e638833aeebd3e86db52c9b2da98074c6dd26aa08','ce470f840911b3afdd8be63e38d350daf140ec98dd40f849e7ce90babbaacb23');
INSERT INTO "trail" VALUES('0921a62dc6648d77017107644cb395cd',3,'2026-11-23T09:34:14.491831+00:00','system','signatory.add','92e4833fa395a5445945f949d1a54870','{"decision":null,"from":"2025-07-01","key":"development-signatory","mandate":"chairman","to":null}','bb685e0f71bbfc06baebd5f431f9ebfa06d983252d22e1025c08d5db27a643e9','ce470f840911b3afdd8be63e38d350daf140ec98dd40f849e7ce90babbaacb23','d553770d3d3133b8f9e48f94913e76242046156b088d9e9e3206faa212c39746');
INSERT INTO "trail" VALUES('0921a62dc6648d77017107644cb395cd',4,'2026-11-23T09:34:14.520607+00:00','system','seal.authorise','991d283b45acaafb79c96210c3bde3ea','{"decision":"15/QĐ-UBND","from":"2025-07-01","to":null}','0b6d4dc8cf5d05c63f52b6c0469903d18de474e895fda51706a16b1478fa19f9','d553770d3d3133b8f9e48f94913e76242046156b088d9e9e3206faa212c39746','12c999ca2730c552f0a4dd4906d611f77d2c81084f10e4d5e2fb4679ace1bafd');
INSERT INTO "trail" VALUES('0921a62dc6648d77017107644cb395cd',5,'2026-11-23T09:34:14.535808+00:00','system','key.enrol','development-confirmation','{"kind":"software-p256","person":"92e4833fa395a5445945f949d1a54870"}',NULL,'12c999ca2730c552f0a4dd4906d611f77d2c81084f10e4d5e2fb4679ace1bafd','be64aa1f911bfe1003150d68c5222af68756f3c1da5929d86a8b0843583f6b71');
INSERT INTO "trail" VALUES('0921a62dc6648d77017107644cb395cd',6,'2026-11-23T09:34:33.919949+00:00','officer:4e76ed700b6e5fa4181aaadaa4959e90','case.open','58688f2bf8962b909d2d94daf57965db','{}',NULL,'be64aa1f911bfe1003150d68c5222af68756f3c1da5929d86a8b0843583f6b71','53b3938045fbc969755e3a8303d5728ad24655b6bf6b4636793b5e91b2ea9747');
INSERT INTO "trail" VALUES('0921a62dc6648d77017107644cb395cd',7,'2026-11-23T09:34:33.985609+00:00','officer:4e76ed700b6e5fa4181aaadaa4959e90','original.add','5c690042dae01ef5eca201da117dca3f','{"case":"58688f2bf8962b909d2d94daf57965db","case_status":2,"declared_pages":null}',NULL,'53b3938045fbc969755e3a8303d5728ad24655b6bf6b4636793b5e91b2ea9747','94d6230712bd213732a8bfd6ed340e00d6070413f16b8021920d36861813cd36');
INSERT INTO "trail" VALUES('0921a62dc6648d77017107644cb395cd',8,'2026-11-23T09:34:34.707373+00:00','officer:4e76ed700b6e5fa4181aaadaa4959e90','scan.attach','5c690042dae01ef5eca201da117dca3f','{"case_status":4,"dropped":null,"page_digest":"2043b7b5dba2a6c09d1c8ed87539ec8d87f4b368724b2fba39acbe0c0614588b","scan":"a7926d53d1226b7d8d7142507af93148","sha256":"b105e1b78a9e48311eee874aa15bef2af52f8ecaa99663ba1dd94de50f3d522e"}',NULL,'94d6230712bd213732a8bfd6ed340e00d6070413f16b8021920d36861813cd36','e209ce005fbe2d2f2e68c186fd73cb63fe55fba35129a1b7bc54ee290fe9bc74');
INSERT INTO "trail" VALUES('0921a62dc6648d77017107644cb395cd',9,'2026-11-23T09:34:34.740358+00:00','officer:4e76ed700b6e5fa4181aaadaa4959e90','comparison.record','03c8863cf2a492e91a5d637c2da19120','{"accepted":"page.cropped page.small","comparison":"51877ec9df16ee4231c5f3b37c730b8e4f6353709b95801a4c95ab00351892f9","original":"5c690042dae01ef5eca201da117dca3f","page_digest":"2043b7b5dba2a6c09d1c8ed87539ec8d87f4b368724b2fba39acbe0c0614588b"}',NULL,'e209ce005fbe2d2f2e68c186fd73cb63fe55fba35129a1b7bc54ee290fe9bc74','dc8eacf598876930ddad5a234af7d4b34e6f575eeb78164689733f2be40cbc7d');
INSERT INTO "trail" VALUES('0921a62dc6648d77017107644cb395cd',10,'2026-11-23T09:34:34.802529+00:00','officer:4e76ed700b6e5fa4181aaadaa4959e90','original.add','19c983ca064462c35573173719bc22e8','{"case":"58688f2bf8962b909d2d94daf57965db","case_status":4,"declared_pages":null}',NULL,'dc8eacf598876930ddad5a234af7d4b34e6f575eeb78164689733f2be40cbc7d','4d5ff7cb479166c6df5201844f2e8111d5f4b4bd14cb0ed2175efa33ac9b1307');
INSERT INTO "trail" VALUES('0921a62dc6648d77017107644cb395cd',11,'2026-11-23T09:34:34.854512+00:00','officer:4e76ed700b6e5fa4181aaadaa4959e90','scan.attach','19c983ca064462c35573173719bc22e8','{"case_status":4,"dropped":null,"page_digest":"2043b7b5dba2a6c09d1c8ed87539ec8d87f4b368724b2fba39acbe0c0614588b","scan":"66165eb37d4cfe5ed73fa84d79e3df60","sha256":"b105e1b78a9e48311eee874aa15bef2af52f8ecaa99663ba1dd94de50f3d522e"}',NULL,'4d5ff7cb479166c6df5201844f2e8111d5f4b4bd14cb0ed2175efa33ac9b1307','9bc13af85c210e91d4ad0dadb8005feb7901e3827def1518ce2bf249a64fa389');
INSERT INTO "trail" VALUES('0921a62dc6648d77017107644cb395cd',12,'2026-11-23T09:34:34.919574+00:00','officer:4e76ed700b6e5fa4181aaadaa4959e90','comparison.record','ba124165263acbe9b0be66bea2ad08a7','{"accepted":"page.cropped page.small","comparison":"5520f45e9ed87ddad105b5b88df923e8980a2dccc1db9ed35d10a7b0b9e61aac","original":"19c983ca064462c35573173719bc22e8","page_digest":"2043b7b5dba2a6c09d1c8ed87539ec8d87f4b368724b2fba39acbe0c0614588b"}',NULL,'9bc13af85c210e91d4ad0dadb8005feb7901e3827def1518ce2bf249a64fa389','db1df4a999d7711fac7a1049edacaa90fe2ba3c2b7fd75fd307d7c41dad859f3');
INSERT INTO "trail" VALUES('0921a62dc6648d77017107644cb395cd',13,'2026-11-23T09:34:34.943052+00:00','officer:4e76ed700b6e5fa4181aaadaa4959e90','original.add','e54006e57d348c74cb909bbf9a7d6d17','{"case":"58688f2bf8962b909d2d94daf57965db","case_status":4,"declared_pages":null}',NULL,'db1df4a999d7711fac7a1049edacaa90fe2ba3c2b7fd75fd307d7c41dad859f3','fd2048d03b52d925c911c87c9edd58990f7f29af8a49f6abf8c2c8a11dd95b84');
INSERT INTO "trail" VALUES('0921a62dc6648d77017107644cb395cd',14,'2026-11-23T09:34:35.020201+00:00','officer:4e76ed700b6e5fa4181aaadaa4959e90','scan.attach','e54006e57d348c74cb909bbf9a7d6d17','{"case_status":4,"dropped":null,"page_digest":"2043b7b5dba2a6c09d1c8ed87539ec8d87f4b368724b2fba39acbe0c0614588b","scan":"d9aa30db7c2966ccc73138c5c3455693","sha256":"b105e1b78a9e48311eee874aa15bef2af52f8ecaa99663ba1dd94de50f3d522e"}',NULL,'fd2048d03b52d925c911c87c9edd58990f7f29af8a49f6abf8c2c8a11dd95b84','62d224c5de2a705e71369ce5ece5b5c6aa0a9de6974c9c53cf64a09a24f65916');
INSERT INTO "trail" VALUES('0921a62dc6648d77017107644cb395cd',15,'2026-11-23T09:34:35.054257+00:00','officer:4e76ed700b6e5fa4181aaadaa4959e90','comparison.record','aa6dffb1fc3b2d82311c1aff5d5cfd41','{"accepted":"page.cropped page.small","comparison":"2c5042c40c052a4045a66832687e0b3964f6ea2f010f0cdf88c27d64950d207a","original":"e54006e57d348c74cb909bbf9a7d6d17","page_digest":"2043b7b5dba2a6c09d1c8ed87539ec8d87f4b368724b2fba39acbe0c0614588b"}',NULL,'62d224c5de2a705e71369ce5ece5b5c6aa0a9de6974c9c53cf64a09a24f65916','6c78aae317a8df4164449f7901c1c365e1757d54ccd8277cbbbb2e31f44f7b80');
INSERT INTO "trail" VALUES('0921a62dc6648d77017107644cb395cd',16,'2026-11-23T09:34:35.079198+00:00','officer:4e76ed700b6e5fa4181aaadaa4959e90','original.add','38d133b217a426a7fcb9ffde002b8323','{"case":"58688f2bf8962b909d2d94daf57965db","case_status":4,"declared_pages":null}',NULL,'6c78aae317a8df4164449f7901c1c365e1757d54ccd8277cbbbb2e31f44f7b80','7a29bb554a3814552bd611b7edc347e3f7a03959507d8793e58978717ff9be45');
INSERT INTO "trail" VALUES('0921a62dc6648d77017107644cb395cd',17,'2026-11-23T09:34:35.114785+00:00','officer:4e76ed700b6e5fa4181aaadaa4959e90','scan.attach','38d133b217a426a7fcb9ffde002b8323','{"case_status":4,"dropped":null,"page_digest":"2043b7b5dba2a6c09d1c8ed87539ec8d87f4b368724b2fba39acbe0c0614588b","scan":"89e226065d5117a74f1fe0204beffb59","sha256":"b105e1b78a9e48311eee874aa15bef2af52f8ecaa99663ba1dd94de50f3d522e"}',NULL,'7a29bb554a3814552bd611b7edc347e3f7a03959507d8793e58978717ff9be45','ca546962873f98050f1db937a2322996d955e5087c9e45efae5cd3dbf8a99ca2');
INSERT INTO "trail" VALUES('0921a62dc6648d77017107644cb395cd',18,'2026-11-23T09:34:35.141872+00:00','officer:4e76ed700b6e5fa4181aaadaa4959e90','comparison.record','51fd658b4c40885e83dcb807794d38ad','{"accepted":"page.cropped page.small","comparison":"f6c01466e2335d8c3a994e26eb0ab0685c6ff8f5bd219990c2c8241f7b0f5340","original":"38d133b217a426a7fcb9ffde002b8323","page_digest":"2043b7b5dba2a6c09d1c8ed87539ec8d87f4b368724b2fba39acbe0c0614588b"}',NULL,'ca546962873f98050f1db937a2322996d955e5087c9e45efae5cd3dbf8a99ca2','df6def811512ed313ca34eca798eea7b0ff80326769d481eb8236ba857b571b6');
INSERT INTO "trail" VALUES('0921a62dc6648d77017107644cb395cd',19,'2026-11-23T09:34:35.295730+00:00','signatory:92e4833fa395a5445945f949d1a54870','statement.approve','03c8863cf2a492e91a5d637c2da19120','{"key":"development-confirmation","statement":"24508ea739baea6b52afa6486f48d4f50b135145531f448d2565acdca2c15f32"}',NULL,'df6def811512ed313ca34eca798eea7b0ff80326769d481eb8236ba857b571b6','a6b8c16067a6e752473ef18672d298b212c861a45da2e4a80a6228debe12e8a0');
INSERT INTO "trail" VALUES('0921a62dc6648d77017107644cb395cd',20,'2026-11-23T09:34:35.310537+00:00','signatory:92e4833fa395a5445945f949d1a54870','statement.approve','ba124165263acbe9b0be66bea2ad08a7','{"key":"development-confirmation","statement":"b27aabaca9f6a6972ae400b9279d69cb95a80f87ecfcbdc2dc54d8c1718587aa"}',NULL,'a6b8c16067a6e752473ef18672d298b212c861a45da2e4a80a6228debe12e8a0','6ae245e4446d59ea4c60b32ac9827522cc75ccfeedc2e71c038c68e8f139a17c');
INSERT INTO "trail" VALUES('0921a62dc6648d77017107644cb395cd',21,'2026-11-23T09:34:35.335653+00:00','signatory:92e4833fa395a5445945f949d1a54870','statement.approve','aa6dffb1fc3b2d82311c1aff5d5cfd41','{"key":"development-confirmation","statement":"c0fb96623f961cb8cd1a030c1edd5d7afbf38e6fbdb73d54234c6444e32c6d06"}',NULL,'6ae245e4446d59ea4c60b32ac9827522cc75ccfeedc2e71c038c68e8f139a17c','4e85a4683f090fd69badd12b0e1e3c6c844f2650ff4a050cef6f4621cb234dd3');
INSERT INTO "trail" VALUES('0921a62dc6648d77017107644cb395cd',22,'2026-11-23T09:34:35.350626+00:00','worker:vm-5020-f2eb','lease.take','03c8863cf2a492e91a5d637c2da19120','{"fence":2,"overtaken":null}',NULL,'4e85a4683f090fd69badd12b0e1e3c6c844f2650ff4a050cef6f4621cb234dd3','c46c033f97ccf95e517bcb449042ca8848a82eadf51f8388894030e5190472e6');
INSERT INTO "trail" VALUES('0921a62dc6648d77017107644cb395cd',23,'2026-11-23T09:34:35.626959+00:00','worker:vm-5020-f2eb','copy.reserve','03c8863cf2a492e91a5d637c2da19120','{"book":"01/2026-SCTĐT/BS","fence":2,"number":1}',NULL,'c46c033f97ccf95e517bcb449042ca8848a82eadf51f8388894030e5190472e6','85932ae4128ba6c13e3f9e9647bb7c4ea8ae599eb88fe1260ddf4cca951a2e4d');
INSERT INTO "trail" VALUES('0921a62dc6648d77017107644cb395cd',24,'2026-11-23T09:34:35.686426+00:00','worker:vm-5020-f2eb','copy.intend','03c8863cf2a492e91a5d637c2da19120','{"attempt":1,"composed":"a56dec820d87a7d9b9e7256ac257bd9462ac1b6ba3dc2ce5557fe4726ab3cb36","fence":2,"statement":"24508ea739baea6b52afa6486f48d4f50b135145531f448d2565acdca2c15f32"}',NULL,'85932ae4128ba6c13e3f9e9647bb7c4ea8ae599eb88fe1260ddf4cca951a2e4d','02861bd063e635e36571ca57b76a1f803365d9e16a6a6a001ce16f4e7609ac7f');
INSERT INTO "trail" VALUES('0921a62dc6648d77017107644cb395cd',25,'2026-11-23T09:34:37.908176+00:00','worker:vm-5020-f2eb','copy.release','03c8863cf2a492e91a5d637c2da19120','{"attempt":1,"book":"01/2026-SCTĐT/BS","case_status":4,"fence":2,"file":"fd009890b3678e63b45f70afb3acf680c8782dcd80a4519bdaa8b2d20243ed88","number":1,"version":"0c72c4befa0b669e12959142742e85ff"}',NULL,'02861bd063e635e36571ca57b76a1f803365d9e16a6a6a001ce16f4e7609ac7f','41347fdbc2b71ae8a1e57859689ad54aaa93705921c3ae1dfcfc6713f89aee9d');
INSERT INTO "trail" VALUES('0921a62dc6648d77017107644cb395cd',26,'2026-11-23T09:34:37.986772+00:00','worker:vm-5020-f2eb','lease.take','ba124165263acbe9b0be66bea2ad08a7','{"fence":2,"overtaken":null}',NULL,'41347fdbc2b71ae8a1e57859689ad54aaa93705921c3ae1dfcfc6713f89aee9d','27af8385d14013e8080f9012f9595274fb7534b600cefff329749a050beaddd5');
INSERT INTO "trail" VALUES('0921a62dc6648d77017107644cb395cd',27,'2026-11-23T09:34:38.050809+00:00','worker:vm-5020-f2eb','copy.reserve','ba124165263acbe9b0be66bea2ad08a7','{"book":"01/2026-SCTĐT/BS","fence":2,"number":2}',NULL,'27af8385d14013e8080f9012f9595274fb7534b600cefff329749a050beaddd5','d37d450cb427185df68b3f49b690b63778b53bcf2acb7b53252e58403d4fde23');
INSERT INTO "trail" VALUES('0921a62dc6648d77017107644cb395cd',28,'2026-11-23T09:34:38.118944+00:00','worker:vm-5020-f2eb','copy.intend','ba124165263acbe9b0be66bea2ad08a7','{"attempt":1,"composed":"7865543ec83a0f3f2926dca87858186173b3666a2e6a46d1058c5393755ce11a","fence":2,"statement":"b27aabaca9f6a6972ae400b9279d69cb95a80f87ecfcbdc2dc54d8c1718587aa"}',NULL,'d37d450cb427185df68b3f49b690b63778b53bcf2acb7b53252e58403d4fde23','abdc2482ce04924911534d1a245d70e4cc9a44656fb5cbf13b2e27de0c56436b');
INSERT INTO "trail" VALUES('0921a62dc6648d77017107644cb395cd',29,'2026-11-23T09:34:40.211251+00:00','worker:vm-5020-f2eb','copy.release','ba124165263acbe9b0be66bea2ad08a7','{"attempt":1,"book":"01/2026-SCTĐT/BS","case_status":4,"fence":2,"file":"fd0b5f52b0fbc053e328232dac383d3bcf787afd4d50554d05173686a79ba6e5","number":2,"version":"d4e8c449d6fb20e3a7582053c2d4ef3a"}',NULL,'abdc2482ce04924911534d1a245d70e4cc9a44656fb5cbf13b2e27de0c56436b','5760bb8d5bea814f2f83466fdccd369253abf26759937e003b21976c3cf2ba41');
INSERT INTO "trail" VALUES('0921a62dc6648d77017107644cb395cd',30,'2026-11-23T09:34:40.236633+00:00','worker:interrupted','lease.take','aa6dffb1fc3b2d82311c1aff5d5cfd41','{"fence":2,"overtaken":null}',NULL,'5760bb8d5bea814f2f83466fdccd369253abf26759937e003b21976c3cf2ba41','f55b5606304b6547517d316f5ce47b0ec53c4a322b781a1e76e7d92450aebe6a');
INSERT INTO "trail" VALUES('0921a62dc6648d77017107644cb395cd',31,'2026-11-23T09:34:40.236633+00:00','worker:interrupted','copy.reserve','aa6dffb1fc3b2d82311c1aff5d5cfd41','{"book":"01/2026-SCTĐT/BS","fence":2,"number":3}',NULL,'f55b5606304b6547517d316f5ce47b0ec53c4a322b781a1e76e7d92450aebe6a','df6a917a848afbe26640a8a85eec6107554b1dc9c280a01b662a9f25ebeb07e5');
INSERT INTO "trail" VALUES('0921a62dc6648d77017107644cb395cd',32,'2026-11-23T09:34:40.302306+00:00','worker:interrupted','lease.give_back','aa6dffb1fc3b2d82311c1aff5d5cfd41','{"fence":2,"waiting":"no"}',NULL,'df6a917a848afbe26640a8a85eec6107554b1dc9c280a01b662a9f25ebeb07e5','8bb45f531044e4eff5990493e65bf5ac35e6a0b45d9b716f6c5dac131c7d5c95');
CREATE TABLE trail_reasons (
	authority_id VARCHAR(64) NOT NULL, 
	sequence INTEGER NOT NULL, 
	salt BLOB NOT NULL, 
	reason TEXT NOT NULL, 
	CONSTRAINT pk_trail_reasons PRIMARY KEY (authority_id, sequence), 
	CONSTRAINT fk_trail_reasons_authority_id FOREIGN KEY(authority_id, sequence) REFERENCES trail (authority_id, sequence)
);
INSERT INTO "trail_reasons" VALUES('0921a62dc6648d77017107644cb395cd',3,X'432B9A6E6BDB05979C887E934F6560AA0836489B4C1192B16E63C2123CFA5B60','Ảnh mẫu dùng khi ký, SHA-256 90fc3495a90b58072be1918ccd7372f71b90f97b0e83345e66d9bc6284732d49');
INSERT INTO "trail_reasons" VALUES('0921a62dc6648d77017107644cb395cd',4,X'436189AE345BFD84DDB171C9B0BB667CA95E70FE1318CF3BD54AB4262A914741','Ảnh mẫu dùng khi ký, SHA-256 d8afaccd92fd4e018e973605d1c959921576a38bb844671da2b6f27633d6500d');
CREATE TABLE withdrawals (
	record_id VARCHAR(64) NOT NULL, 
	officer_id VARCHAR(64) NOT NULL, 
	officer TEXT NOT NULL, 
	made_at VARCHAR(32) NOT NULL, 
	reason TEXT NOT NULL, 
	CONSTRAINT pk_withdrawals PRIMARY KEY (record_id), 
	CONSTRAINT fk_withdrawals_record_id FOREIGN KEY(record_id) REFERENCES desk_records (id), 
	CONSTRAINT fk_withdrawals_officer_id FOREIGN KEY(officer_id) REFERENCES officers (id)
);
CREATE INDEX ix_api_keys_authority_id ON api_keys (authority_id);
CREATE INDEX ix_cases_authority_id_opened_at ON cases (authority_id, opened_at);
CREATE INDEX ix_attestations_step_lease_until ON attestations (step, lease_until);
CREATE UNIQUE INDEX uq_book_rows_live_attestation ON book_rows (attestation_id) WHERE state <> 'void';
CREATE TRIGGER keep_trail_0 BEFORE UPDATE ON trail BEGIN SELECT RAISE(ABORT, 'the trail is append-only'); END;
CREATE TRIGGER keep_trail_1 BEFORE DELETE ON trail BEGIN SELECT RAISE(ABORT, 'the trail is append-only'); END;
CREATE TRIGGER keep_trail_reasons_2 BEFORE UPDATE ON trail_reasons BEGIN SELECT RAISE(ABORT, 'a reason is erased, never edited'); END;
CREATE TRIGGER keep_editions_3 BEFORE UPDATE ON editions BEGIN SELECT RAISE(ABORT, 'a released edition never changes'); END;
CREATE TRIGGER keep_editions_4 BEFORE DELETE ON editions BEGIN SELECT RAISE(ABORT, 'a released edition never changes'); END;
CREATE TRIGGER keep_book_rows_5 BEFORE DELETE ON book_rows BEGIN SELECT RAISE(ABORT, 'a number is never given back'); END;
CREATE TRIGGER keep_book_rows_6 BEFORE UPDATE ON book_rows WHEN OLD.state <> 'reserved' BEGIN SELECT RAISE(ABORT, 'a finished row stays'); END;
CREATE TRIGGER keep_book_rows_7 BEFORE UPDATE ON book_rows WHEN NEW.number <> OLD.number OR NEW.year <> OLD.year OR NEW.kind <> OLD.kind OR NEW.authority_id <> OLD.authority_id OR NEW.attestation_id <> OLD.attestation_id BEGIN SELECT RAISE(ABORT, 'a number stays with its attestation'); END;
CREATE TRIGGER keep_books_8 BEFORE DELETE ON books BEGIN SELECT RAISE(ABORT, 'a book is closed, never removed'); END;
CREATE TRIGGER keep_books_9 BEFORE UPDATE ON books WHEN NEW.last_number < OLD.last_number BEGIN SELECT RAISE(ABORT, 'numbers only grow'); END;
CREATE INDEX ix_recovered_copies_authority_id_kind_year_number ON recovered_copies (authority_id, kind, year, number);
CREATE INDEX ix_recovered_copies_attestation_id ON recovered_copies (attestation_id);
CREATE INDEX ix_recovered_copies_code ON recovered_copies (code);
CREATE TRIGGER keep_recovered_copies_update BEFORE UPDATE ON recovered_copies BEGIN SELECT RAISE(ABORT, 'a released edition never changes'); END;
CREATE TRIGGER keep_recovered_copies_delete BEFORE DELETE ON recovered_copies BEGIN SELECT RAISE(ABORT, 'a released edition never changes'); END;
CREATE TRIGGER keep_comparisons_update BEFORE UPDATE ON comparisons BEGIN SELECT RAISE(ABORT, 'a comparison is made again, never edited'); END;
CREATE TRIGGER keep_comparisons_delete BEFORE DELETE ON comparisons WHEN (SELECT step FROM attestations WHERE id = OLD.attestation_id) <> 'compared' BEGIN SELECT RAISE(ABORT, 'what was confirmed keeps its comparison'); END;
CREATE TRIGGER keep_comparisons_insert BEFORE INSERT ON comparisons WHEN (SELECT step FROM attestations WHERE id = NEW.attestation_id) <> 'compared' BEGIN SELECT RAISE(ABORT, 'what was confirmed keeps its comparison'); END;
CREATE INDEX ix_desk_records_case_id ON desk_records (case_id);
CREATE INDEX ix_desk_records_original_id ON desk_records (original_id);
CREATE TRIGGER keep_desk_records_update BEFORE UPDATE ON desk_records BEGIN SELECT RAISE(ABORT, 'a record is drawn up once'); END;
CREATE TRIGGER keep_desk_records_delete BEFORE DELETE ON desk_records BEGIN SELECT RAISE(ABORT, 'a record is drawn up once'); END;
CREATE TRIGGER keep_withdrawals_update BEFORE UPDATE ON withdrawals BEGIN SELECT RAISE(ABORT, 'a withdrawal is recorded once'); END;
CREATE TRIGGER keep_withdrawals_delete BEFORE DELETE ON withdrawals BEGIN SELECT RAISE(ABORT, 'a withdrawal is recorded once'); END;
CREATE TRIGGER keep_scans_delete BEFORE DELETE ON scans WHEN EXISTS (SELECT 1 FROM desk_records r WHERE r.kind = 'forgery' AND r.original_id = OLD.original_id) BEGIN SELECT RAISE(ABORT, 'the scan of a reported paper is kept'); END;
CREATE INDEX ix_known_papers_page_digest ON known_papers (page_digest);
CREATE INDEX ix_known_papers_candidates ON known_papers (page_count, spread_down, spread_across, released_at, authority_id, attestation_id);
CREATE TRIGGER keep_annulments_update BEFORE UPDATE ON annulments BEGIN SELECT RAISE(ABORT, 'an annulment stays as it was recorded'); END;
CREATE TRIGGER keep_annulments_delete BEFORE DELETE ON annulments BEGIN SELECT RAISE(ABORT, 'an annulment stays as it was recorded'); END;
CREATE TRIGGER keep_annulments_insert BEFORE INSERT ON annulments WHEN EXISTS (SELECT 1 FROM annulments  WHERE attestation_id = NEW.attestation_id OR (authority_id =  NEW.authority_id AND trail_sequence = NEW.trail_sequence)) BEGIN SELECT RAISE(ABORT, 'an annulment stays as it was recorded'); END;
CREATE INDEX ix_renewals_protected_until ON renewals (protected_until);
CREATE INDEX ix_renewals_algorithms ON renewals (algorithms);
COMMIT;
